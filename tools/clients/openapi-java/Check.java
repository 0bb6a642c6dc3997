import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.time.Duration;
import java.util.List;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.LomsServiceApi;
import org.openapitools.client.model.*;

/** Calls a running loms with a client that openapi-generator generated from /openapi.json. */
public final class Check {
  public static void main(String[] args) throws Exception {
    ApiClient client = new ApiClient();
    client.updateBaseUri(args[0]);
    LomsServiceApi loms = new LomsServiceApi(client);

    String key = "openapi-java-" + System.nanoTime();
    long id = loms.lomsServiceOrderCreate(order(1625903L), key).getOrderId();
    check(id == loms.lomsServiceOrderCreate(order(1625903L), key).getOrderId(), "the same order");
    System.out.println("created once for two calls with one idempotency key");
    check("awaiting payment".equals(loms.lomsServiceOrderInfo(id).getStatus()), "status");

    client.setReadTimeout(Duration.ofNanos(1));
    LomsServiceApi hurried = new LomsServiceApi(client);
    check(refusalOf(() -> hurried.lomsServiceOrderInfo(id)).getCode() == 0, "no deadline");
    System.out.println("deadline");

    loms.lomsServiceOrderPay(new OrderPayRequest().orderId(id));
    check("payed".equals(loms.lomsServiceOrderInfo(id).getStatus()), "payed");
    // The generated method for WatchOrder would parse the event stream as JSON, so streams need gRPC or an
    // EventSource.
    System.out.println("paid");

    ApiException kept = refusalOf(() -> loms.lomsServiceOrderCancel(new OrderCancelRequest().orderId(id)));
    check(read(kept, OrderCancelPreconditionFailed.class).getReason()
        == OrderCancelPreconditionFailed.ReasonEnum.ORDER_NOT_CANCELLABLE, "reason " + kept);
    long other = loms.lomsServiceOrderCreate(order(1625903L), null).getOrderId();
    loms.lomsServiceOrderCancel(new OrderCancelRequest().orderId(other));
    check("cancelled".equals(loms.lomsServiceOrderInfo(other).getStatus()), "cancelled");
    System.out.println("cancelled; a paid one is refused by a typed reason");

    ApiException refused = refusalOf(() -> loms.lomsServiceOrderCreate(order(139819069L), null));
    OrderCreatePreconditionFailed shortOf = read(refused, OrderCreatePreconditionFailed.class);
    check(shortOf.getReason() == OrderCreatePreconditionFailed.ReasonEnum.OUT_OF_STOCK, "out of stock");
    check("139819069".equals(shortOf.getMetadata().get("skus")), "which skus");
    System.out.println("out of stock as a type");
  }

  private static OrderCreateRequest order(long sku) {
    OrderItemInput item = new OrderItemInput().sku(sku).count(1);
    return new OrderCreateRequest().userId(13L).items(List.of(item));
  }

  private interface Call {
    Object run() throws ApiException;
  }

  private static ApiException refusalOf(Call call) {
    try {
      throw new AssertionError("accepted: " + call.run());
    } catch (ApiException refusal) {
      return refusal;
    }
  }

  private static <T> T read(ApiException refusal, Class<T> type) throws Exception {
    return JsonMapper.builder().addModule(new JavaTimeModule()).build()
        .readValue(refusal.getResponseBody(), type);
  }

  private static void check(boolean isTrue, String what) {
    if (!isTrue) throw new AssertionError(what);
  }
}
