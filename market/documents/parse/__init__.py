"""Chinese e-invoices from their own files: bytes in, facts out. Pure: no database, no network, no clock, no files.

What it understands, and what that rests on (no official sample was at hand; fixtures are made from these structures):

* 数电票 XML, root ``EInvoice``: names and paths as in public readers and writers of the format of the tax administration's
  fully digital invoice (``TaxSupervisionInfo/InvoiceNumber``, ``EInvoiceData/BasicInformation/TotalTax-includedAmount`` …).
* XML of the electronic ordinary invoice, root ``eInvoice``, namespace ``http://www.edrm.org.cn/schema/e-invoice/2019``.
* OFD (GB/T 33190-2016): either XML among its attachments (usually ``original_invoice.xml``), the ``CustomDatas`` of
  ``OFD.xml`` (发票号码, 合计金额 …), the ``CustomTag`` that points from ``InvoiceNo`` … to texts of the pages.
* PDF: either XML as an attachment, the properties of the document (``InvoiceNumber`` …), or the text of the first pages with
  the printed labels (发票号码：…). A scan has none of them and is not read.

The electronic signature is not checked: the product has no certificates of the tax administration. Read facts say what the
file says, not that the tax administration said it.
"""

from collections.abc import Callable

from market.documents.parse import einvoice, markup, media, ofd
from market.documents.parse.facts import InvoiceFacts
from market.errors import InvoiceUnreadable

__all__ = ["InvoiceFacts", "read_invoice"]


def _read_pdf(content: bytes) -> InvoiceFacts:
    from market.documents.parse import pdf  # pypdf is large: only where there is a PDF

    return pdf.read_pdf(content)


_READERS: dict[str, Callable[[bytes], InvoiceFacts]] = {
    media.XML: einvoice.read_xml,
    media.OFD: ofd.read_ofd,
    media.PDF: _read_pdf,
}


def read_invoice(content: bytes) -> InvoiceFacts:
    """What the invoice file says. Raises InvoiceUnreadable: why not, what was found, which formats are understood.

    Bounded in memory for what it keeps; a hostile file may still take time, so untrusted ones go through ``reader.read``.
    """
    if len(content) > media.MAX_BYTES:
        raise InvoiceUnreadable("too_large", str(len(content)))
    try:
        return _READERS[media.media_type(content)](content)
    except media.UnknownMedia as unknown:
        raise InvoiceUnreadable("unknown_format", unknown.found) from None
    except markup.BadMarkup as bad:
        raise InvoiceUnreadable(bad.reason, bad.found) from None
