import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import loms.v1.Loms;
import loms.v1.LomsServiceGrpc;
import order.v1.OrderOuterClass;
import order.v1.OrderServiceGrpc;

/** Calls a running loms and order service with grpc-java and generated stubs. */
public final class Check {
  public static void main(String[] args) throws Exception {
    ManagedChannel channel = ManagedChannelBuilder.forTarget(args[0]).usePlaintext().build();
    ManagedChannel yard = ManagedChannelBuilder.forTarget(args[1]).usePlaintext().build();
    try {
      callLoms(LomsServiceGrpc.newBlockingStub(channel));
      callYard(OrderServiceGrpc.newBlockingStub(yard));
    } finally {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
      yard.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  private static void callLoms(LomsServiceGrpc.LomsServiceBlockingStub stub) throws Exception {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("idempotency-key", Metadata.ASCII_STRING_MARSHALLER), "grpc-java-" + System.nanoTime());
    var once = stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
    long id = within(once, 10).orderCreate(order(1625903)).getOrderId();
    check(id == within(once, 10).orderCreate(order(1625903)).getOrderId(), "the same order");
    System.out.println("created once for two calls with one idempotency key");
    var asked = Loms.OrderInfoRequest.newBuilder().setOrderId(id).build();
    check("awaiting payment".equals(within(stub, 10).orderInfo(asked).getStatus()), "status");

    var watched = Loms.WatchOrderRequest.newBuilder().setOrderId(id).build();
    var late = refusalOf(() -> statuses(within(stub, 1), watched));
    check(late.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED, late.toString());
    System.out.println("deadline of a watch");

    within(stub, 10).orderPay(Loms.OrderPayRequest.newBuilder().setOrderId(id).build());
    check(List.of("new", "awaiting payment", "payed").equals(statuses(within(stub, 60), watched)), "watch");
    System.out.println("paid, and watched to its end");

    long other = within(stub, 10).orderCreate(order(1625903)).getOrderId();
    within(stub, 10).orderCancel(Loms.OrderCancelRequest.newBuilder().setOrderId(other).build());
    var paid = Loms.OrderCancelRequest.newBuilder().setOrderId(id).build();
    var kept = infoOf(refusalOf(() -> within(stub, 10).orderCancel(paid)));
    check("order-not-cancellable".equals(kept.getReason()), kept.toString());
    System.out.println("cancelled; a paid one is refused by its reason");

    var refused = refusalOf(() -> within(stub, 10).orderCreate(order(139819069)));
    check(refused.getStatus().getCode() == Status.Code.FAILED_PRECONDITION, refused.toString());
    ErrorInfo info = infoOf(refused);
    check("out-of-stock".equals(info.getReason()), info.toString());
    check("139819069".equals(info.getMetadataMap().get("skus")), info.toString());
    System.out.println("out of stock, with ErrorInfo");
  }

  private static void callYard(OrderServiceGrpc.OrderServiceBlockingStub stub) {
    var ship = OrderOuterClass.CreateOrderRequest.newBuilder()
        .setUserId("01970000-0000-7000-8000-0000000000aa")
        .addPartIds("01970000-0000-7000-8000-000000000001")
        .setPaymentMethodValue(1)
        .build();
    var made = stub.withDeadlineAfter(10, TimeUnit.SECONDS).createOrder(ship).getOrder();
    check(made.getStatus() == OrderOuterClass.OrderStatus.ORDER_STATUS_PAID, made.toString());
    System.out.println("a ship, paid at once");
  }

  private static LomsServiceGrpc.LomsServiceBlockingStub within(
      LomsServiceGrpc.LomsServiceBlockingStub stub, long seconds) {
    return stub.withDeadlineAfter(seconds, TimeUnit.SECONDS);
  }

  private static Loms.OrderCreateRequest order(long sku) {
    var item = Loms.OrderItem.newBuilder().setSku(sku).setCount(1);
    return Loms.OrderCreateRequest.newBuilder().setUserId(15).addItems(item).build();
  }

  private static List<String> statuses(
      LomsServiceGrpc.LomsServiceBlockingStub stub, Loms.WatchOrderRequest watched) {
    List<String> said = new ArrayList<>();
    stub.watchOrder(watched).forEachRemaining(change -> said.add(change.getStatus()));
    return said;
  }

  private static StatusRuntimeException refusalOf(java.util.function.Supplier<Object> call) {
    try {
      throw new AssertionError("accepted: " + call.get());
    } catch (StatusRuntimeException refusal) {
      return refusal;
    }
  }

  private static ErrorInfo infoOf(StatusRuntimeException refusal) throws Exception {
    for (Any detail : StatusProto.fromThrowable(refusal).getDetailsList())
      if (detail.is(ErrorInfo.class)) return detail.unpack(ErrorInfo.class);
    throw new AssertionError("no ErrorInfo: " + refusal);
  }

  private static void check(boolean isTrue, String what) {
    if (!isTrue) throw new AssertionError(what);
  }
}
