from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from uuid import uuid4
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('market', '0015_methods')]

    initial = False

    operations = [
        ops.CreateModel(
            name='Auction',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('project', fields.OneToOneField('market.Project', source_field='project_id', db_constraint=True, to_field='id', related_name='auction', on_delete=OnDelete.RESTRICT)),
                ('terms', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('step_fen', fields.BigIntField()),
                ('order', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ('stage', fields.IntField()),
                ('waiting', fields.BooleanField()),
                ('begins_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('closes_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('next_check_at', fields.DatetimeField(null=True, db_index=True, auto_now=False, auto_now_add=False)),
                ('last_event', fields.IntField()),
                ('ended_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'auctions', 'app': 'market', 'pk_attr': 'id', 'table_description': "竞价. ``stage``: which stage of the schedule runs, or, while ``waiting``, is to begin. ``terms``: the notice's constants."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AuctionEvent',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('auction', fields.ForeignKeyField('market.Auction', source_field='auction_id', db_constraint=True, to_field='id', related_name='events', on_delete=OnDelete.RESTRICT)),
                ('number', fields.IntField()),
                ('kind', fields.CharField(max_length=20)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('body', fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
            ],
            options={'table': 'auction_events', 'app': 'market', 'unique_together': (('auction', 'number'),), 'pk_attr': 'id', 'table_description': '竞价事件. What everybody was told, numbered from 1 without gaps and written in the transaction that made it so.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AuctionSeat',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('auction', fields.ForeignKeyField('market.Auction', source_field='auction_id', db_constraint=True, to_field='id', related_name='seats', on_delete=OnDelete.RESTRICT)),
                ('alias', fields.CharField(max_length=8)),
                ('bidder', fields.ForeignKeyField('market.Organisation', source_field='bidder_id', db_constraint=True, to_field='id', related_name='auction_seats', on_delete=OnDelete.RESTRICT)),
                ('quote', fields.OneToOneField('market.Quote', source_field='quote_id', db_constraint=True, to_field='id', related_name='auction_seat', on_delete=OnDelete.RESTRICT)),
                ('place', fields.CharField(max_length=66)),
                ('amount_fen', fields.BigIntField()),
            ],
            options={'table': 'auction_seats', 'app': 'market', 'unique_together': (('auction', 'alias'), ('auction', 'bidder')), 'pk_attr': 'id', 'table_description': '席位. A bidder under its alias. ``amount_fen``: the last amount that everybody knows of, ``place``: in the draw, hexadecimal.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='AuctionBid',
            fields=[
                ('id', fields.UUIDField(primary_key=True, default=uuid4, unique=True, db_index=True)),
                ('seat', fields.ForeignKeyField('market.AuctionSeat', source_field='seat_id', db_constraint=True, to_field='id', related_name='bids', on_delete=OnDelete.RESTRICT)),
                ('stage', fields.IntField()),
                ('live', fields.BooleanField(null=True, default=True)),
                ('amount_fen', fields.BigIntField()),
                ('received_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('replaced_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('commitment', fields.CharField(max_length=64)),
                ('content', fields.CharField(max_length=200)),
                ('salt', fields.CharField(max_length=64)),
            ],
            options={'table': 'auction_bids', 'app': 'market', 'unique_together': (('seat', 'stage', 'live'),), 'pk_attr': 'id', 'table_description': '竞价报价. ``live``: True for the one that counts, None for those it replaced, as with quotes. Not shown before its turn has ended.'},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='Project',
            name='auction_starts_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
    ]
