CREATE SCHEMA IF NOT EXISTS "booking";
--> statement-breakpoint
CREATE TYPE "booking"."inbox_outcome" AS ENUM('HANDLED', 'PARKED', 'DEAD', 'DISCARDED');--> statement-breakpoint
CREATE TYPE "booking"."order_status" AS ENUM('CREATED', 'PAYMENT_AUTHORIZED', 'TICKET_ISSUED', 'CANCELLED', 'REFUND_PENDING', 'REFUNDED');--> statement-breakpoint
CREATE TYPE "booking"."outbox_status" AS ENUM('CREATED', 'PROCESSING', 'COMPLETED', 'FAILED');--> statement-breakpoint
CREATE TABLE "booking"."facts" (
	"order_id" uuid NOT NULL,
	"sequence" bigint NOT NULL,
	"event_id" uuid NOT NULL,
	"type" text NOT NULL,
	"reason" text,
	"outcome" text,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "facts_order_id_sequence_pk" PRIMARY KEY("order_id","sequence")
);
--> statement-breakpoint
CREATE TABLE "booking"."idempotency_keys" (
	"method" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"answer" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "idempotency_keys_method_key_pk" PRIMARY KEY("method","key")
);
--> statement-breakpoint
CREATE TABLE "booking"."inbox" (
	"event_id" uuid NOT NULL,
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"source" text,
	"sequence" bigint,
	"event_type" text,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"outcome" "booking"."inbox_outcome" DEFAULT 'HANDLED' NOT NULL,
	"taken_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "inbox_event_id_consumer_pk" PRIMARY KEY("event_id","consumer")
) PARTITION BY RANGE ("event_id");
--> statement-breakpoint
CREATE TABLE "booking"."inbox_dead_letters" (
	"event_id" uuid NOT NULL,
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"source" text,
	"sequence" bigint,
	"event_type" text,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"key_bytes" "bytea",
	"value" "bytea",
	"headers" jsonb NOT NULL,
	"attempts" integer NOT NULL,
	"error" text NOT NULL,
	"failed_at" timestamp (3) with time zone NOT NULL,
	"redriven_at" timestamp (3) with time zone,
	"redriven_by" text,
	"discarded_at" timestamp (3) with time zone,
	"discarded_by" text,
	"discard_reason" text,
	CONSTRAINT "inbox_dead_letters_consumer_event_id_pk" PRIMARY KEY("consumer","event_id")
);
--> statement-breakpoint
CREATE TABLE "booking"."inbox_held_partitions" (
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"error" text NOT NULL,
	"attempts" integer NOT NULL,
	"since" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"tried_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "inbox_held_partitions_consumer_topic_partition_pk" PRIMARY KEY("consumer","topic","partition")
);
--> statement-breakpoint
CREATE TABLE "booking"."inbox_parked" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "booking"."inbox_parked_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"event_id" uuid NOT NULL,
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"source" text,
	"sequence" bigint,
	"event_type" text,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"key_bytes" "bytea",
	"value" "bytea",
	"headers" jsonb NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"hopeless_reason" text,
	"error" text,
	"last_attempt_at" timestamp (3) with time zone,
	"dead_at" timestamp (3) with time zone,
	"parked_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "inbox_parked_hopeless_reason" CHECK (hopeless_reason IN ('poison', 'late'))
);
--> statement-breakpoint
CREATE TABLE "booking"."inbox_parked_keys" (
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"parked_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	"letter_since" timestamp (3) with time zone,
	"letter_due_at" timestamp (3) with time zone,
	"letter_error" text,
	CONSTRAINT "inbox_parked_keys_consumer_topic_key_pk" PRIMARY KEY("consumer","topic","key")
);
--> statement-breakpoint
CREATE TABLE "booking"."inbox_positions" (
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"source" text NOT NULL,
	"sequence" bigint NOT NULL,
	"previous" bigint,
	CONSTRAINT "inbox_positions_consumer_topic_key_source_pk" PRIMARY KEY("consumer","topic","key","source")
);
--> statement-breakpoint
CREATE TABLE "booking"."orders" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"status" "booking"."order_status" NOT NULL,
	"amount_minor" bigint NOT NULL,
	"origin" text NOT NULL,
	"destination" text NOT NULL,
	"flight_date" text NOT NULL,
	"flight_time" text NOT NULL,
	"airline" text NOT NULL,
	"quote_id" uuid,
	"reason" text,
	"sequence" bigint NOT NULL,
	"event_count" bigint NOT NULL,
	"stuck_since" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "orders_amount_positive" CHECK (amount_minor > 0)
);
--> statement-breakpoint
CREATE TABLE "booking"."outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"sequence" bigint NOT NULL,
	"event_type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"headers" jsonb NOT NULL,
	"bucket" smallint NOT NULL,
	"is_waiting" boolean DEFAULT false NOT NULL,
	"status" "booking"."outbox_status" DEFAULT 'CREATED' NOT NULL,
	"error" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_attempt_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"partition" integer,
	"offset" bigint,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "booking"."outbox_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "outbox_key_length" CHECK (char_length(key) BETWEEN 1 AND 200)
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "booking"."outbox_failed" (
	"id" uuid PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"sequence" bigint NOT NULL,
	"event_type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"headers" jsonb NOT NULL,
	"bucket" smallint NOT NULL,
	"is_waiting" boolean DEFAULT false NOT NULL,
	"status" "booking"."outbox_status" DEFAULT 'CREATED' NOT NULL,
	"error" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_attempt_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"partition" integer,
	"offset" bigint,
	"seq" bigint NOT NULL,
	"moved_at" timestamp (3) with time zone NOT NULL,
	"discarded_at" timestamp (3) with time zone,
	"discarded_by" text,
	"discard_reason" text
);
--> statement-breakpoint
CREATE TABLE "booking"."quotes" (
	"quote_id" uuid PRIMARY KEY NOT NULL,
	"origin" text NOT NULL,
	"destination" text NOT NULL,
	"flight_date" text NOT NULL,
	"flight_time" text NOT NULL,
	"airline" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"valid_until" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "booking"."timers" (
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"payload" jsonb NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "timers_kind_key_pk" PRIMARY KEY("kind","key")
);
--> statement-breakpoint
CREATE TABLE "booking"."users" (
	"user_id" uuid PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "facts_once" ON "booking"."facts" USING btree ("order_id","type");--> statement-breakpoint
CREATE INDEX "idempotency_keys_created" ON "booking"."idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "inbox_key" ON "booking"."inbox" USING btree ("key");--> statement-breakpoint
CREATE INDEX "inbox_dead_letters_key" ON "booking"."inbox_dead_letters" USING btree ("key");--> statement-breakpoint
CREATE INDEX "inbox_dead_letters_open" ON "booking"."inbox_dead_letters" USING btree ("failed_at","consumer","event_id") WHERE redriven_at IS NULL AND discarded_at IS NULL;--> statement-breakpoint
CREATE INDEX "inbox_dead_letters_open_of" ON "booking"."inbox_dead_letters" USING btree ("consumer","topic") WHERE redriven_at IS NULL AND discarded_at IS NULL;--> statement-breakpoint
CREATE INDEX "inbox_parked_key" ON "booking"."inbox_parked" USING btree ("consumer","topic","key","id");--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_due" ON "booking"."inbox_parked_keys" USING btree ("consumer","due_at");--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_parked" ON "booking"."inbox_parked_keys" USING btree ("consumer","parked_at");--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_blocked" ON "booking"."inbox_parked_keys" USING btree ("consumer","topic") WHERE due_at = 'infinity' AND letter_since IS NULL;--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_letter" ON "booking"."inbox_parked_keys" USING btree ("consumer","topic","letter_since") WHERE letter_since IS NOT NULL;--> statement-breakpoint
CREATE INDEX "orders_of_user" ON "booking"."orders" USING btree ("user_id","order_id");--> statement-breakpoint
CREATE INDEX "orders_of_status" ON "booking"."orders" USING btree ("status","order_id");--> statement-breakpoint
CREATE INDEX "orders_stuck" ON "booking"."orders" USING btree ("order_id") WHERE stuck_since IS NOT NULL;--> statement-breakpoint
CREATE INDEX "outbox_unsent" ON "booking"."outbox" USING btree ("bucket","seq") WHERE sent_at IS NULL AND error IS NULL AND NOT is_waiting;--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "booking"."outbox" USING btree ("bucket","topic","key") WHERE sent_at IS NULL AND is_waiting;--> statement-breakpoint
CREATE INDEX "outbox_failures" ON "booking"."outbox" USING btree ("bucket","topic","key") WHERE sent_at IS NULL AND error IS NOT NULL;--> statement-breakpoint
CREATE INDEX "outbox_key" ON "booking"."outbox" USING btree ("key");--> statement-breakpoint
CREATE INDEX "outbox_failed_blocking" ON "booking"."outbox_failed" USING btree ("topic","key") WHERE discarded_at IS NULL;--> statement-breakpoint
CREATE INDEX "quotes_ended" ON "booking"."quotes" USING btree ("valid_until");--> statement-breakpoint
CREATE INDEX "timers_due" ON "booking"."timers" USING btree ("kind","due_at");--> statement-breakpoint
INSERT INTO "booking"."users" (user_id) VALUES
  ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'),
  ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'),
  ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a13'),
  ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a14'),
  ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a15');
