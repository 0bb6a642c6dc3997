CREATE TYPE "payment"."booking_payment_status" AS ENUM('AUTHORIZED', 'REFUSED', 'VOIDED', 'REFUNDED');--> statement-breakpoint
CREATE TYPE "payment"."inbox_outcome" AS ENUM('HANDLED', 'PARKED', 'DEAD', 'DISCARDED');--> statement-breakpoint
CREATE TYPE "payment"."outbox_status" AS ENUM('CREATED', 'PROCESSING', 'COMPLETED', 'FAILED');--> statement-breakpoint
CREATE TABLE "payment"."booking_payments" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"status" "payment"."booking_payment_status" NOT NULL,
	"payment_id" uuid,
	"user_id" uuid,
	"amount_minor" bigint,
	"reason" text,
	"event_count" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "booking_payments_amount_positive" CHECK (amount_minor > 0),
	CONSTRAINT "booking_payments_whole" CHECK (CASE status
          WHEN 'REFUSED' THEN num_nulls(user_id, amount_minor, reason) = 0 AND payment_id IS NULL
          WHEN 'VOIDED' THEN num_nulls(payment_id, user_id, amount_minor) IN (0, 3)
          ELSE num_nulls(payment_id, user_id, amount_minor) = 0 END)
);
--> statement-breakpoint
CREATE TABLE "payment"."inbox" (
	"event_id" uuid NOT NULL,
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"source" text,
	"sequence" bigint,
	"event_type" text,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"outcome" "payment"."inbox_outcome" DEFAULT 'HANDLED' NOT NULL,
	"taken_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "inbox_event_id_consumer_pk" PRIMARY KEY("event_id","consumer")
) PARTITION BY RANGE ("event_id");
--> statement-breakpoint
CREATE TABLE "payment"."inbox_dead_letters" (
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
CREATE TABLE "payment"."inbox_held_partitions" (
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
CREATE TABLE "payment"."inbox_parked" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "payment"."inbox_parked_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
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
CREATE TABLE "payment"."inbox_parked_keys" (
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
CREATE TABLE "payment"."inbox_positions" (
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"source" text NOT NULL,
	"sequence" bigint NOT NULL,
	"previous" bigint,
	CONSTRAINT "inbox_positions_consumer_topic_key_source_pk" PRIMARY KEY("consumer","topic","key","source")
);
--> statement-breakpoint
CREATE TABLE "payment"."outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"sequence" bigint NOT NULL,
	"event_type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"headers" jsonb NOT NULL,
	"bucket" smallint NOT NULL,
	"is_waiting" boolean DEFAULT false NOT NULL,
	"status" "payment"."outbox_status" DEFAULT 'CREATED' NOT NULL,
	"error" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_attempt_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"partition" integer,
	"offset" bigint,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "payment"."outbox_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "outbox_key_length" CHECK (char_length(key) BETWEEN 1 AND 200)
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "payment"."outbox_failed" (
	"id" uuid PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"sequence" bigint NOT NULL,
	"event_type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"headers" jsonb NOT NULL,
	"bucket" smallint NOT NULL,
	"is_waiting" boolean DEFAULT false NOT NULL,
	"status" "payment"."outbox_status" DEFAULT 'CREATED' NOT NULL,
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
CREATE INDEX "inbox_key" ON "payment"."inbox" USING btree ("key");--> statement-breakpoint
CREATE INDEX "inbox_dead_letters_key" ON "payment"."inbox_dead_letters" USING btree ("key");--> statement-breakpoint
CREATE INDEX "inbox_dead_letters_open" ON "payment"."inbox_dead_letters" USING btree ("failed_at","consumer","event_id") WHERE redriven_at IS NULL AND discarded_at IS NULL;--> statement-breakpoint
CREATE INDEX "inbox_dead_letters_open_of" ON "payment"."inbox_dead_letters" USING btree ("consumer","topic") WHERE redriven_at IS NULL AND discarded_at IS NULL;--> statement-breakpoint
CREATE INDEX "inbox_parked_key" ON "payment"."inbox_parked" USING btree ("consumer","topic","key","id");--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_due" ON "payment"."inbox_parked_keys" USING btree ("consumer","due_at");--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_parked" ON "payment"."inbox_parked_keys" USING btree ("consumer","parked_at");--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_blocked" ON "payment"."inbox_parked_keys" USING btree ("consumer","topic") WHERE due_at = 'infinity' AND letter_since IS NULL;--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_letter" ON "payment"."inbox_parked_keys" USING btree ("consumer","topic","letter_since") WHERE letter_since IS NOT NULL;--> statement-breakpoint
CREATE INDEX "outbox_unsent" ON "payment"."outbox" USING btree ("bucket","seq") WHERE sent_at IS NULL AND error IS NULL AND NOT is_waiting;--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "payment"."outbox" USING btree ("bucket","topic","key") WHERE sent_at IS NULL AND is_waiting;--> statement-breakpoint
CREATE INDEX "outbox_failures" ON "payment"."outbox" USING btree ("bucket","topic","key") WHERE sent_at IS NULL AND error IS NOT NULL;--> statement-breakpoint
CREATE INDEX "outbox_key" ON "payment"."outbox" USING btree ("key");--> statement-breakpoint
CREATE INDEX "outbox_failed_blocking" ON "payment"."outbox_failed" USING btree ("topic","key") WHERE discarded_at IS NULL;