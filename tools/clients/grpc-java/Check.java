import booking.v1.Booking;
import booking.v1.BookingServiceGrpc;
import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import loms.v1.Loms;
import loms.v1.LomsServiceGrpc;
import order.v1.OrderOuterClass;
import order.v1.OrderServiceGrpc;
import ticket.v1.TicketOuterClass;
import ticket.v1.TicketServiceGrpc;

/** Calls running loms, order, booking and ticket services with grpc-java and generated stubs. */
public final class Check {
  public static void main(String[] args) throws Exception {
    List<ManagedChannel> channels = new ArrayList<>();
    for (String address : args) channels.add(ManagedChannelBuilder.forTarget(address).usePlaintext().build());
    try {
      callLoms(LomsServiceGrpc.newBlockingStub(channels.get(0)));
      callYard(OrderServiceGrpc.newBlockingStub(channels.get(1)));
      var tickets = TicketServiceGrpc.newBlockingStub(channels.get(3));
      callBooking(BookingServiceGrpc.newBlockingStub(channels.get(2)), tickets);
    } finally {
      for (ManagedChannel channel : channels) channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
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

  private static void callBooking(
      BookingServiceGrpc.BookingServiceBlockingStub bookings, TicketServiceGrpc.TicketServiceBlockingStub tickets) {
    var departure = LocalDateTime.now(ZoneOffset.UTC).plusDays(62);
    var order = Booking.CreateOrderRequest.newBuilder()
        .setUserId("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")
        .setFrom("SVO")
        .setTo("LED")
        .setDate(departure.format(DateTimeFormatter.ISO_LOCAL_DATE))
        .setTime(departure.format(DateTimeFormatter.ofPattern("HH:mm")))
        .setAirline("SU")
        .build();
    String id = bookings.withDeadlineAfter(10, TimeUnit.SECONDS).createOrder(order).getOrderId();
    List<String> steps = new ArrayList<>();
    var watched = Booking.WatchWorkflowRequest.newBuilder().setOrderId(id).build();
    bookings.withDeadlineAfter(60, TimeUnit.SECONDS).watchWorkflow(watched)
        .forEachRemaining(event -> steps.add(event.getStep().getId()));
    check(List.of("create-order", "authorize-payment", "issue-ticket").equals(steps), steps.toString());
    var asked = TicketOuterClass.GetTicketRequest.newBuilder().setOrderId(id).build();
    var ticket = tickets.withDeadlineAfter(10, TimeUnit.SECONDS).getTicket(asked).getTicket();
    check(ticket.getStatus() == TicketOuterClass.TicketStatus.TICKET_STATUS_ISSUED, ticket.toString());
    System.out.println("a ticket, its workflow watched until it was issued");
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
