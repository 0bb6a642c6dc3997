"""Calls running loms, order, booking and ticket services with grpcio and the stubs that grpcio-tools generates."""

import sys
import time
from datetime import datetime, timedelta, timezone

import grpc

sys.path.insert(0, sys.argv[1])
from booking.v1 import booking_pb2, booking_pb2_grpc
from google.rpc import error_details_pb2, status_pb2
from loms.v1 import loms_pb2, loms_pb2_grpc
from order.v1 import order_pb2, order_pb2_grpc
from ticket.v1 import ticket_pb2, ticket_pb2_grpc

loms = loms_pb2_grpc.LomsServiceStub(grpc.insecure_channel(sys.argv[2]))
ships = order_pb2_grpc.OrderServiceStub(grpc.insecure_channel(sys.argv[3]))
bookings = booking_pb2_grpc.BookingServiceStub(grpc.insecure_channel(sys.argv[4]))
tickets = ticket_pb2_grpc.TicketServiceStub(grpc.insecure_channel(sys.argv[5]))


def order(sku: int) -> loms_pb2.OrderCreateRequest:
    return loms_pb2.OrderCreateRequest(user_id=14, items=[loms_pb2.OrderItem(sku=sku, count=1)])


def refusal(call) -> tuple[grpc.StatusCode, error_details_pb2.ErrorInfo]:
    try:
        call()
    except grpc.RpcError as error:
        details = dict(error.trailing_metadata()).get("grpc-status-details-bin", b"")
        info = error_details_pb2.ErrorInfo()
        for one in status_pb2.Status.FromString(details).details:
            one.Unpack(info)
        return error.code(), info
    raise AssertionError("accepted")


def create(request, key=None):
    metadata = [("idempotency-key", key)] if key else []
    return loms.OrderCreate(request, timeout=10, metadata=metadata).order_id


key = f"grpc-python-{time.time_ns()}"
made = create(order(1625903), key)
assert made == create(order(1625903), key)
print("created once for two calls with one idempotency key")
assert loms.OrderInfo(loms_pb2.OrderInfoRequest(order_id=made), timeout=10).status == "awaiting payment"

watched = loms_pb2.WatchOrderRequest(order_id=made)
code, _ = refusal(lambda: list(loms.WatchOrder(watched, timeout=1)))
assert code is grpc.StatusCode.DEADLINE_EXCEEDED, code
print("deadline of a watch")

loms.OrderPay(loms_pb2.OrderPayRequest(order_id=made), timeout=10)
said = [change.status for change in loms.WatchOrder(watched, timeout=60)]
assert said == ["new", "awaiting payment", "payed"], said
print("paid, and watched to its end")

other = create(order(1625903))
loms.OrderCancel(loms_pb2.OrderCancelRequest(order_id=other), timeout=10)
code, info = refusal(lambda: loms.OrderCancel(loms_pb2.OrderCancelRequest(order_id=made), timeout=10))
assert (code, info.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "order-not-cancellable"), info
print("cancelled; a paid one is refused by its reason")

code, info = refusal(lambda: create(order(139819069)))
assert (code, info.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "out-of-stock"), info
assert info.domain == "inorder.loms" and info.metadata["skus"] == "139819069", info
print("out of stock, with ErrorInfo")

ship = order_pb2.CreateOrderRequest(
    user_id="01970000-0000-7000-8000-0000000000aa",
    part_ids=["01970000-0000-7000-8000-000000000001"],
    payment_method=1,
)
assert ships.CreateOrder(ship, timeout=10).order.status == order_pb2.ORDER_STATUS_PAID
print("a ship, paid at once")

departure = datetime.now(timezone.utc) + timedelta(days=61)
flight = {
    "from": "SVO",  # a word of Python's own, which only fits into a dictionary
    "to": "LED",
    "date": departure.strftime("%Y-%m-%d"),
    "time": departure.strftime("%H:%M"),
    "airline": "SU",
}
quote = bookings.QuotePrice(booking_pb2.QuotePriceRequest(**flight), timeout=10)
assert quote.amount_minor == sum(line.amount_minor for line in quote.lines), quote
print("a price, line by line")

user = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
booking = booking_pb2.CreateOrderRequest(user_id=user, quote_id=quote.quote_id, **flight)
once = [("idempotency-key", f"grpc-python-{quote.quote_id}")]
first, _ = bookings.CreateOrder.with_call(booking, timeout=10, metadata=once)
second, call = bookings.CreateOrder.with_call(booking, timeout=10, metadata=once)
assert first.order_id == second.order_id, second
assert dict(call.initial_metadata())["x-idempotency-hit"] == "true", call.initial_metadata()
print("booked once for two calls, of which the second says so")

watched = booking_pb2.WatchWorkflowRequest(order_id=first.order_id)
steps = [(step.event_type, step.step.id) for step in bookings.WatchWorkflow(watched, timeout=60)]
assert steps == [
    ("OrderCreated", "create-order"),
    ("PaymentAuthorized", "authorize-payment"),
    ("TicketIssued", "issue-ticket"),
], steps
shown = bookings.GetOrder(booking_pb2.GetOrderRequest(order_id=first.order_id), timeout=10).order
assert (shown.status, shown.amount_minor) == (booking_pb2.ORDER_STATUS_TICKET_ISSUED, quote.amount_minor), shown
ticket = tickets.GetTicket(ticket_pb2.GetTicketRequest(order_id=first.order_id), timeout=10).ticket
assert ticket.status == ticket_pb2.TICKET_STATUS_ISSUED and ticket.seat > 0, ticket
print("the workflow, watched until the ticket was issued")
