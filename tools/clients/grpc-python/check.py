"""Calls a running loms and order service with grpcio and the stubs that grpcio-tools generates."""

import sys
import time

import grpc

sys.path.insert(0, sys.argv[1])
from google.rpc import error_details_pb2, status_pb2
from loms.v1 import loms_pb2, loms_pb2_grpc
from order.v1 import order_pb2, order_pb2_grpc

loms = loms_pb2_grpc.LomsServiceStub(grpc.insecure_channel(sys.argv[2]))
ships = order_pb2_grpc.OrderServiceStub(grpc.insecure_channel(sys.argv[3]))


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
