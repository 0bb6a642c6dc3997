CREATE TABLE "order"."idempotency_keys" (
	"method" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"answer" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "idempotency_keys_method_key_pk" PRIMARY KEY("method","key")
);
--> statement-breakpoint
CREATE TABLE "order"."order_attempts" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"method" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"total_minor" bigint NOT NULL,
	"last_call_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE INDEX "idempotency_keys_created" ON "order"."idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "order_attempts_of_key" ON "order"."order_attempts" USING btree ("method","key");