from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('market', '0003_edition_is_reference')]

    initial = False

    operations = [
        ops.CreateModel(
            name='LedgerAmendment',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('contract_no', fields.CharField(db_index=True, max_length=60)),
                ('filed_on', fields.DateField(null=True)),
                ('amount_change_fen', fields.BigIntField(null=True)),
                ('reason', fields.CharField(null=True, max_length=1000)),
                ('batch_id', fields.IntField()),
            ],
            options={'table': 'ledger_amendments', 'app': 'market', 'pk_attr': 'id', 'table_description': 'A filed change of the amount of a contract, may be negative.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LedgerBatch',
            fields=[
                ('id', fields.IntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('account_id', fields.UUIDField()),
                ('label', fields.CharField(max_length=200)),
                ('files', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('counts', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'ledger_batches', 'app': 'market', 'pk_attr': 'id', 'table_description': 'One import.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LedgerCase',
            fields=[
                ('case_no', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=60)),
                ('approval_item', fields.CharField(null=True, max_length=1000)),
                ('agency_id', fields.CharField(null=True, db_index=True, max_length=40)),
                ('applicant_id', fields.CharField(null=True, db_index=True, max_length=40)),
                ('object', fields.CharField(null=True, max_length=1000)),
                ('accepted_on', fields.DateField(null=True)),
                ('decided_on', fields.DateField(null=True)),
                ('batch_id', fields.IntField()),
            ],
            options={'table': 'ledger_cases', 'app': 'market', 'pk_attr': 'case_no', 'table_description': 'An approval case.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LedgerContract',
            fields=[
                ('contract_no', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=60)),
                ('item_code', fields.CharField(null=True, max_length=60)),
                ('case_no', fields.CharField(null=True, db_index=True, max_length=60)),
                ('client_id', fields.CharField(null=True, db_index=True, max_length=40)),
                ('supplier_id', fields.CharField(null=True, db_index=True, max_length=40)),
                ('method', fields.CharField(null=True, max_length=32)),
                ('valid_quotes', fields.IntField(null=True)),
                ('purpose', fields.CharField(null=True, max_length=20)),
                ('amount_fen', fields.BigIntField(null=True)),
                ('commissioned_on', fields.DateField(null=True)),
                ('signed_on', fields.DateField(null=True)),
                ('due_on', fields.DateField(null=True)),
                ('delivered_on', fields.DateField(null=True)),
                ('accepted_on', fields.DateField(null=True)),
                ('retest_of', fields.CharField(null=True, db_index=True, max_length=60)),
                ('batch_id', fields.IntField()),
            ],
            options={'table': 'ledger_contracts', 'app': 'market', 'pk_attr': 'contract_no', 'table_description': 'A contract. ``retest_of``: the contract whose work failed and is done again.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LedgerDemand',
            fields=[
                ('demand_no', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=60)),
                ('case_no', fields.CharField(null=True, db_index=True, max_length=60)),
                ('item_code', fields.CharField(null=True, max_length=60)),
                ('demanded_on', fields.DateField(null=True)),
                ('reason', fields.CharField(null=True, max_length=32)),
                ('named_supplier_id', fields.CharField(null=True, max_length=40)),
                ('batch_id', fields.IntField()),
            ],
            options={'table': 'ledger_demands', 'app': 'market', 'pk_attr': 'demand_no', 'table_description': 'What an agency demanded of an applicant, and the reason that it gave.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LedgerInvoice',
            fields=[
                ('invoice_no', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=60)),
                ('issued_on', fields.DateField(null=True)),
                ('seller_id', fields.CharField(null=True, db_index=True, max_length=40)),
                ('buyer_id', fields.CharField(null=True, db_index=True, max_length=40)),
                ('amount_fen', fields.BigIntField(null=True)),
                ('contract_no', fields.CharField(null=True, db_index=True, max_length=60)),
                ('payment_no', fields.CharField(null=True, db_index=True, max_length=60)),
                ('red_letter_of', fields.CharField(null=True, db_index=True, max_length=60)),
                ('batch_id', fields.IntField()),
            ],
            options={'table': 'ledger_invoices', 'app': 'market', 'pk_attr': 'invoice_no', 'table_description': 'An invoice. One that names ``red_letter_of`` cancels that one.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LedgerItemClass',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('item_code', fields.CharField(db_index=True, max_length=60)),
                ('item_class', fields.CharField(null=True, max_length=32)),
                ('valid_from', fields.DateField(null=True)),
                ('valid_to', fields.DateField(null=True)),
                ('batch_id', fields.IntField()),
            ],
            options={'table': 'ledger_item_classes', 'app': 'market', 'pk_attr': 'id', 'table_description': 'The class of an item in one list edition, empty dates are open.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LedgerItemPrice',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('item_code', fields.CharField(db_index=True, max_length=60)),
                ('mode', fields.CharField(null=True, max_length=32)),
                ('base_fen', fields.BigIntField(null=True)),
                ('float_bp', fields.IntField(null=True)),
                ('valid_from', fields.DateField(null=True)),
                ('valid_to', fields.DateField(null=True)),
                ('batch_id', fields.IntField()),
            ],
            options={'table': 'ledger_item_prices', 'app': 'market', 'pk_attr': 'id', 'table_description': 'A guided or set price. ``float_bp``: how far it may be exceeded, in basis points (20 % = 2000), exact.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='LedgerPayment',
            fields=[
                ('payment_no', fields.CharField(primary_key=True, unique=True, db_index=True, max_length=60)),
                ('paid_on', fields.DateField(null=True)),
                ('payer_id', fields.CharField(null=True, db_index=True, max_length=40)),
                ('payee_id', fields.CharField(null=True, db_index=True, max_length=40)),
                ('amount_fen', fields.BigIntField(null=True)),
                ('contract_no', fields.CharField(null=True, db_index=True, max_length=60)),
                ('case_no', fields.CharField(null=True, db_index=True, max_length=60)),
                ('purpose_text', fields.CharField(null=True, max_length=1000)),
                ('grade', fields.CharField(null=True, max_length=20)),
                ('refund_of', fields.CharField(null=True, db_index=True, max_length=60)),
                ('batch_id', fields.IntField()),
            ],
            options={'table': 'ledger_payments', 'app': 'market', 'pk_attr': 'payment_no', 'table_description': 'One movement of money, never negative. A refund is a row of its own that names ``refund_of``.'},
            bases=['Model'],
        ),
    ]
