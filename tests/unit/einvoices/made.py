"""One invoice in every layout that is understood. Names, codes and numbers are fictional."""

import io
import re
import zipfile
from typing import Any

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject

FACTS: dict[str, str] = {
    "number": "26332000000012345678",
    "issued_on": "2026-09-01",
    "buyer_name": "某某海洋工程有限公司",
    "buyer_code": "91330902MA0000001X",
    "seller_name": "某某勘测咨询有限公司",
    "seller_code": "91330902MA0000002Y",
    "net": "1200.00",
    "tax": "72.00",
    "total": "1272.00",
    "remark": "",
}
OFD_NS = "http://www.ofdspec.org/2016"


def said(changes: dict[str, Any]) -> dict[str, str]:
    """The invoice with changes."""
    return FACTS | changes


def einvoice(encoding: str = "utf-8", **changes: str) -> bytes:
    """数电票 XML."""
    f = said(changes)
    text = f"""<?xml version="1.0" encoding="{encoding}"?>
<EInvoice><Header><EIid>{f["number"]}</EIid><EInvoiceTag>SWEI3200</EInvoiceTag><Version>0.37</Version>
<InherentLabel><EInvoiceType><LabelCode>01</LabelCode><LabelName>电子发票</LabelName></EInvoiceType></InherentLabel></Header>
<EInvoiceData>
<SellerInformation><SellerIdNum>{f["seller_code"]}</SellerIdNum><SellerName>{f["seller_name"]}</SellerName></SellerInformation>
<BuyerInformation><BuyerIdNum>{f["buyer_code"]}</BuyerIdNum><BuyerName>{f["buyer_name"]}</BuyerName></BuyerInformation>
<BasicInformation><TotalAmWithoutTax>{f["net"]}</TotalAmWithoutTax><TotalTaxAm>{f["tax"]}</TotalTaxAm>
<TotalTax-includedAmount>{f["total"]}</TotalTax-includedAmount><RequestTime>{f["issued_on"]} 10:11:12</RequestTime></BasicInformation>
<IssuItemInformation><ItemName>*现代服务*勘测费</ItemName><Amount>1200.00</Amount>
<TotaltaxIncludedAmount>1.00</TotaltaxIncludedAmount></IssuItemInformation>
<AdditionalInformation><Remark>{f["remark"]}</Remark></AdditionalInformation></EInvoiceData>
<TaxSupervisionInfo><InvoiceNumber>{f["number"]}</InvoiceNumber><IssueTime>{f["issued_on"]}</IssueTime>
<TaxBureauCode>13300000000</TaxBureauCode></TaxSupervisionInfo>
<TaxBureauSignature><SignatureValue>AAAA</SignatureValue></TaxBureauSignature></EInvoice>"""
    return text.encode(encoding)


def ordinary(**changes: str) -> bytes:
    """Electronic ordinary invoice of 2019: ``original_invoice.xml``."""
    f = said({"code": "033002100611", "number": "12345678"} | changes)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<eInvoice xmlns:fp="http://www.edrm.org.cn/schema/e-invoice/2019" Version="1.0"><fp:DocID>01</fp:DocID>
<fp:InvoiceCode>{f["code"]}</fp:InvoiceCode><fp:InvoiceNo>{f["number"]}</fp:InvoiceNo><fp:TypeCode>0</fp:TypeCode>
<fp:IssueDate>2026年09月01日</fp:IssueDate>
<fp:Buyer><fp:BuyerName>{f["buyer_name"]}</fp:BuyerName><fp:BuyerTaxID>{f["buyer_code"]}</fp:BuyerTaxID></fp:Buyer>
<fp:TaxInclusiveTotalAmount>{f["total"]}</fp:TaxInclusiveTotalAmount><fp:TaxTotalAmount>{f["tax"]}</fp:TaxTotalAmount>
<fp:TaxExclusiveTotalAmount>{f["net"]}</fp:TaxExclusiveTotalAmount><fp:Note><![CDATA[{f["remark"]}]]></fp:Note>
<fp:Seller><fp:SellerName>{f["seller_name"]}</fp:SellerName><fp:SellerTaxID>{f["seller_code"]}</fp:SellerTaxID></fp:Seller>
</eInvoice>""".encode()


def zipped(**entries: str | bytes) -> bytes:
    """A ZIP; ``__`` in a name is a slash, ``_xml`` its ending."""
    return packed({name.replace("__", "/").replace("_xml", ".xml"): text for name, text in entries.items()})


def packed(entries: dict[str, str | bytes]) -> bytes:
    """A ZIP of these entries."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def ofd_root(datas: dict[str, str] | None = None) -> str:
    """``OFD.xml``."""
    values = "".join(f'<ofd:CustomData Name="{name}">{text}</ofd:CustomData>' for name, text in (datas or {}).items())
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="{OFD_NS}" DocType="OFD" Version="1.0"><ofd:DocBody>'
        f"<ofd:DocInfo><ofd:DocID>1</ofd:DocID><ofd:CustomDatas>{values}</ofd:CustomDatas></ofd:DocInfo>"
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
    )


def datas(**changes: str) -> dict[str, str]:
    """The custom data that issuers write: no names, and no total."""
    f = said(changes)
    return {
        "发票号码": f["number"],
        "开票日期": "2026年09月01日",
        "合计金额": f["net"],
        "合计税额": f["tax"],
        "购买方纳税人识别号": f["buyer_code"],
        "销售方纳税人识别号": f["seller_code"],
    }


def ofd(**changes: str) -> bytes:
    """Custom data, and tags that point to the names on the page."""
    f = said(changes)
    texts = {"7": f["buyer_name"], "8": f["seller_name"], "9": f["total"]}
    objects = "".join(
        f'<ofd:TextObject ID="{i}"><ofd:TextCode X="0" Y="3">{t}</ofd:TextCode></ofd:TextObject>' for i, t in texts.items()
    )
    page = f'<ofd:Page xmlns:ofd="{OFD_NS}"><ofd:Content><ofd:Layer ID="2">{objects}</ofd:Layer></ofd:Content></ofd:Page>'
    tags = {"BuyerName": "7", "SellerName": "8", "TaxInclusiveTotalAmount": "9"}
    refs = "".join(f'<{tag}><ofd:ObjectRef PageRef="1">{i}</ofd:ObjectRef></{tag}>' for tag, i in tags.items())
    tag = f'<eInvoice xmlns:ofd="{OFD_NS}">{refs}</eInvoice>'
    return zipped(OFD_xml=ofd_root(datas(**changes)), Doc_0__Tags__CustomTag_xml=tag, Doc_0__Pages__Page_0__Content_xml=page)


def ofd_tagged(**changes: str) -> bytes:
    """Nothing but a tag file with the texts in itself, under the names of the 数电票 XML."""
    xml = re.sub(r">([^<>\n]+)<", r"><ofd:ObjectData>\1</ofd:ObjectData><", einvoice(**changes).decode())
    tag = xml.replace("<EInvoice>", f'<EInvoice xmlns:ofd="{OFD_NS}">')
    return zipped(OFD_xml=ofd_root(), Doc_0__Tags__CustomTag_xml=tag)


def ofd_with(xml: bytes, custom: dict[str, str] | None = None) -> bytes:
    """An OFD whose attachment is the XML."""
    return zipped(OFD_xml=ofd_root(custom), Doc_0__Attachs__original_invoice_xml=xml)


def pdf(properties: dict[str, str] | None = None, attachment: bytes = b"", text: str = "") -> bytes:
    """A PDF of one page."""
    writer = PdfWriter()
    page = writer.add_blank_page(200, 100)
    if text:
        _print(writer, page, text)
    if properties:
        writer.add_metadata({f"/{name}": value for name, value in properties.items()})
    if attachment:
        writer.add_attachment("invoice.xml", attachment)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def properties(**changes: str) -> dict[str, str]:
    """The properties that issuers write into the PDF of a 数电票."""
    f = said(changes)
    return {
        "InvoiceNumber": f["number"],
        "IssueTime": "2026年09月01日",
        "TotalAmWithoutTax": f["net"],
        "TotalTaxAm": f["tax"],
        "TotalTax-includedAmount": f["total"],
        "SellerIdNum": f["seller_code"],
        "BuyerIdNum": f["buyer_code"],
    }


def printed(**changes: str) -> str:
    """The text of the page, label before value."""
    f = said(changes)
    lines = (
        "电子发票（普通发票）",
        f"发票号码：{f['number']}",
        "开票日期：2026年09月01日",
        f"购 名称：{f['buyer_name']}",
        f"统一社会信用代码/纳税人识别号：{f['buyer_code']}",
        f"销 名称：{f['seller_name']}",
        f"统一社会信用代码/纳税人识别号：{f['seller_code']}",
        f"价税合计（大写） 壹仟贰佰柒拾贰圆整 （小写）¥{f['total']}",
        f["remark"],
    )
    return "\n".join(lines)


def _print(writer: PdfWriter, page: Any, text: str) -> None:
    """Text in a font whose ToUnicode map says what each two-byte code is: as CJK fonts are embedded."""
    signs = sorted(set(text) - {"\n"})
    codes = {sign: number + 1 for number, sign in enumerate(signs)}
    mapped = "\n".join(f"<{code:04X}> <{sign.encode('utf-16-be').hex()}>" for sign, code in codes.items())
    cmap = DecodedStreamObject()
    cmap.set_data(
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
        f"1 begincodespacerange <0000> <FFFF> endcodespacerange {len(codes)} beginbfchar\n{mapped}\nendbfchar endcmap end end".encode()
    )
    shown = "\n".join(f"<{''.join(f'{codes[s]:04X}' for s in line)}> Tj T*" for line in text.split("\n"))
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 9 Tf 12 TL 5 90 Td {shown} ET".encode())
    descendant = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/CIDFontType2"),
            NameObject("/BaseFont"): NameObject("/SimSun"),
        }
    )
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject("/SimSun"),
            NameObject("/Encoding"): NameObject("/Identity-H"),
            NameObject("/ToUnicode"): writer._add_object(cmap),
        }
    )
    font[NameObject("/DescendantFonts")] = ArrayObject([writer._add_object(descendant)])
    fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    page[NameObject("/Contents")] = writer._add_object(content)
