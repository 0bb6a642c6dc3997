"""Calls running loms, order, pvz, booking and ticket services with the client that openapi-python-client generates from /openapi.json."""

import sys
import time
from datetime import datetime, timedelta, timezone
from uuid import UUID

import httpx

sys.path.insert(0, sys.argv[1])
from booking_client import Client as BookingClient
from booking_client.api.booking_service import (
    booking_service_create_order as book,
    booking_service_get_order as show_booking,
    booking_service_quote_price as quote_price,
    booking_service_watch_workflow as watch_workflow,
)
from booking_client.models import CreateOrderNotFound as BookingNotFound
from booking_client.models import CreateOrderNotFoundReason as BookingNotFoundReason
from booking_client.models import CreateOrderRequest as BookingRequest
from booking_client.models import QuotePriceRequest
from loms_client import Client
from loms_client.api.loms_service import (
    loms_service_order_cancel as cancel,
    loms_service_order_create as create,
    loms_service_order_info as info,
    loms_service_order_pay as pay,
    loms_service_watch_order as watch,
)
from loms_client.models import (
    OrderCancelPreconditionFailed,
    OrderCancelPreconditionFailedReason,
    OrderCancelRequest,
    OrderCreatePreconditionFailed,
    OrderCreatePreconditionFailedReason,
    OrderCreateRequest,
    OrderInfoNotFound,
    OrderItemInput,
    OrderPayRequest,
)
from order_client import Client as OrderClient
from order_client.api.order_service import order_service_create_order as create_ship
from order_client.models import CreateOrderNotFound, CreateOrderRequestItems, CreateOrderRequestPartIds
from order_client.models import OrderItemInput as ShipItem
from pvz_client import Client as PvzClient
from pvz_client.api.pvz_service import (
    pvz_service_accept_order as accept,
    pvz_service_import_orders as import_orders,
    pvz_service_process_orders as process,
)
from pvz_client.models import (
    AcceptOrderConflict,
    AcceptOrderConflictErrorCode,
    AcceptOrderRequest,
    ImportOrdersRequest,
    ProcessOrdersRequest,
    ProcessOrdersRequestAction,
)
from ticket_client import Client as TicketClient
from ticket_client.api.ticket_service import ticket_service_get_ticket as get_ticket

loms = Client(base_url=sys.argv[2], raise_on_unexpected_status=True)
ships = OrderClient(base_url=sys.argv[3], raise_on_unexpected_status=True)
point = PvzClient(base_url=sys.argv[4], raise_on_unexpected_status=True)
bookings = BookingClient(base_url=sys.argv[5], raise_on_unexpected_status=True)
tickets = TicketClient(base_url=sys.argv[6], raise_on_unexpected_status=True)


def order(sku: int, count: int = 1) -> OrderCreateRequest:
    return OrderCreateRequest(user_id=11, items=[OrderItemInput(sku=sku, count=count)])


key = f"openapi-python-{time.time_ns()}"
made = create.sync(client=loms, body=order(1625903), idempotency_key=key)
again = create.sync(client=loms, body=order(1625903), idempotency_key=key)
assert made.order_id == again.order_id
print("created once for two calls with one idempotency key")

assert info.sync(client=loms, order_id=made.order_id).status == "awaiting payment"
try:
    watch.sync(client=loms.with_timeout(httpx.Timeout(1)), order_id=made.order_id)
    raise AssertionError("a watch of an order that waits has ended")
except httpx.TimeoutException:
    print("deadline of a watch")

pay.sync(client=loms, body=OrderPayRequest(order_id=made.order_id))
events = watch.sync(client=loms, order_id=made.order_id)
assert [line for line in events.splitlines() if line.startswith("id:")] == ["id: 1", "id: 2", "id: 3"], events
print("paid, and watched to its end")

refused = cancel.sync(client=loms, body=OrderCancelRequest(order_id=made.order_id))
assert isinstance(refused, OrderCancelPreconditionFailed), refused
assert refused.reason is OrderCancelPreconditionFailedReason.ORDER_NOT_CANCELLABLE
other = create.sync(client=loms, body=order(1625903))
cancel.sync(client=loms, body=OrderCancelRequest(order_id=other.order_id))
assert info.sync(client=loms, order_id=other.order_id).status == "cancelled"
print("cancelled; a paid one is refused by a typed reason")

short = create.sync(client=loms, body=order(139819069))
assert isinstance(short, OrderCreatePreconditionFailed), short
assert short.reason is OrderCreatePreconditionFailedReason.OUT_OF_STOCK
assert short.code == 412 and short.metadata["skus"] == "139819069", short
assert isinstance(info.sync(client=loms, order_id=9007199254740991), OrderInfoNotFound)
print("out of stock, and not found, as types")

user, engine = UUID("01970000-0000-7000-8000-0000000000aa"), UUID("01970000-0000-7000-8000-000000000001")
by_items = CreateOrderRequestItems(user_id=user, items=[ShipItem(part_id=engine, quantity=1)])
assert create_ship.sync(client=ships, body=by_items).status == "PENDING_PAYMENT"
unknown = CreateOrderRequestPartIds(user_id=user, part_ids=[UUID(int=7)])
assert isinstance(create_ship.sync(client=ships, body=unknown), CreateOrderNotFound)
print("a ship by its items, and by its part_ids")

first, expires_at = time.time_ns() // 1_000, datetime(2099, 1, 1, tzinfo=timezone.utc)
parcels = [
    AcceptOrderRequest(order_id=one, user_id=7, expires_at=expires_at, package="bag", weight=2.5, price=100)
    for one in (first, first + 1)
]
assert import_orders.sync(client=point, body=ImportOrdersRequest(orders=parcels)).imported == 2
issue = ProcessOrdersRequest(user_id=7, action=ProcessOrdersRequestAction.ISSUE, order_ids=[first])
assert process.sync(client=point, body=issue).processed == [first]
seen = accept.sync(client=point, body=parcels[0])
assert isinstance(seen, AcceptOrderConflict), seen
assert seen.error.code is AcceptOrderConflictErrorCode.ORDER_ALREADY_EXISTS
print("imported and issued at the pick-up point; an id seen before is refused by a typed code")

departure = datetime.now(timezone.utc) + timedelta(days=64)
flight = {
    "from_": "SVO",
    "to": "LED",
    "date": departure.strftime("%Y-%m-%d"),
    "time": departure.strftime("%H:%M"),
    "airline": "SU",
}
quote = quote_price.sync(client=bookings, body=QuotePriceRequest(**flight))
passenger = UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")
at_quote = BookingRequest(user_id=passenger, quote_id=UUID(quote.quote_id), **flight)
booked = UUID(book.sync(client=bookings, body=at_quote).order_id)
steps = watch_workflow.sync(client=bookings, order_id=booked)
assert '"TicketIssued"' in steps, steps
shown = show_booking.sync(client=bookings, order_id=booked)
assert shown.amount_minor == quote.amount_minor, shown
assert get_ticket.sync(client=tickets, order_id=booked).ticket.status == "ISSUED"
stranger = book.sync(client=bookings, body=BookingRequest(user_id=UUID(int=7), **flight))
assert isinstance(stranger, BookingNotFound), stranger
assert stranger.reason is BookingNotFoundReason.USER_NOT_FOUND, stranger
print("a ticket at the price of its quote; an unknown user is refused by a typed reason")
