// A Go client with generated code: creates an order and watches it until it is final.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	loms "example.com/shop/gen/loms/v1"
)

func main() {
	address := "127.0.0.1:8083"
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	if err := run(loms.NewLomsServiceClient(connection)); err != nil {
		log.Fatal(err)
	}
}

func run(client loms.LomsServiceClient) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	key := fmt.Sprintf("go-%d", time.Now().UnixNano())
	once := metadata.AppendToOutgoingContext(ctx, "idempotency-key", key)
	order, err := client.OrderCreate(once, &loms.OrderCreateRequest{
		UserId: 8,
		Items:  []*loms.OrderItem{{Sku: 1148162, Count: 1}},
	})
	if err != nil {
		return err
	}
	changes, err := client.WatchOrder(ctx, &loms.WatchOrderRequest{OrderId: order.OrderId})
	if err != nil {
		return err
	}
	if _, err := client.OrderPay(ctx, &loms.OrderPayRequest{OrderId: order.OrderId}); err != nil {
		return err
	}
	for {
		change, err := changes.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		fmt.Printf("order %d, %d: %s\n", change.OrderId, change.Sequence, change.Status)
	}
}
