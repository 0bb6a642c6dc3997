CREATE SCHEMA IF NOT EXISTS "ticket";
--> statement-breakpoint
CREATE TYPE "ticket"."inbox_outcome" AS ENUM('HANDLED', 'PARKED', 'DEAD', 'DISCARDED');--> statement-breakpoint
CREATE TYPE "ticket"."outbox_status" AS ENUM('CREATED', 'PROCESSING', 'COMPLETED', 'FAILED');--> statement-breakpoint
CREATE TYPE "ticket"."ticket_status" AS ENUM('ISSUED', 'REJECTED', 'CANCELLED');--> statement-breakpoint
CREATE TABLE "ticket"."flight_rules" (
	"from" text NOT NULL,
	"to" text NOT NULL,
	"airline" text NOT NULL,
	"capacity" integer NOT NULL,
	"sales_end_minutes" integer NOT NULL,
	CONSTRAINT "flight_rules_from_to_airline_pk" PRIMARY KEY("from","to","airline"),
	CONSTRAINT "flight_rules_positive" CHECK (capacity > 0 AND sales_end_minutes >= 0)
);
--> statement-breakpoint
CREATE TABLE "ticket"."flights" (
	"flight" text PRIMARY KEY NOT NULL,
	"departs_at" timestamp (3) with time zone NOT NULL,
	"sales_end_at" timestamp (3) with time zone NOT NULL,
	"capacity" integer NOT NULL,
	CONSTRAINT "flights_capacity_positive" CHECK (capacity > 0)
);
--> statement-breakpoint
CREATE TABLE "ticket"."inbox" (
	"event_id" uuid NOT NULL,
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"source" text,
	"sequence" bigint,
	"event_type" text,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"outcome" "ticket"."inbox_outcome" DEFAULT 'HANDLED' NOT NULL,
	"taken_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "inbox_event_id_consumer_pk" PRIMARY KEY("event_id","consumer")
) PARTITION BY RANGE ("event_id");
--> statement-breakpoint
CREATE TABLE "ticket"."inbox_dead_letters" (
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
CREATE TABLE "ticket"."inbox_held_partitions" (
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
CREATE TABLE "ticket"."inbox_parked" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ticket"."inbox_parked_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
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
CREATE TABLE "ticket"."inbox_parked_keys" (
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
CREATE TABLE "ticket"."inbox_positions" (
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"source" text NOT NULL,
	"sequence" bigint NOT NULL,
	"previous" bigint,
	CONSTRAINT "inbox_positions_consumer_topic_key_source_pk" PRIMARY KEY("consumer","topic","key","source")
);
--> statement-breakpoint
CREATE TABLE "ticket"."outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"sequence" bigint NOT NULL,
	"event_type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"headers" jsonb NOT NULL,
	"bucket" smallint NOT NULL,
	"is_waiting" boolean DEFAULT false NOT NULL,
	"status" "ticket"."outbox_status" DEFAULT 'CREATED' NOT NULL,
	"error" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_attempt_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"partition" integer,
	"offset" bigint,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "ticket"."outbox_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "outbox_key_length" CHECK (char_length(key) BETWEEN 1 AND 200)
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "ticket"."outbox_failed" (
	"id" uuid PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"sequence" bigint NOT NULL,
	"event_type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"headers" jsonb NOT NULL,
	"bucket" smallint NOT NULL,
	"is_waiting" boolean DEFAULT false NOT NULL,
	"status" "ticket"."outbox_status" DEFAULT 'CREATED' NOT NULL,
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
CREATE TABLE "ticket"."tickets" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"status" "ticket"."ticket_status" NOT NULL,
	"ticket_id" uuid,
	"flight" text,
	"seat" integer,
	"reason" text,
	"event_count" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "tickets_seat_positive" CHECK (seat > 0),
	CONSTRAINT "tickets_whole" CHECK (CASE status
          WHEN 'ISSUED' THEN num_nulls(ticket_id, flight, seat) = 0
          WHEN 'REJECTED' THEN num_nonnulls(ticket_id, seat) = 0 AND reason IS NOT NULL
          ELSE num_nonnulls(ticket_id, seat) IN (0, 2) END)
);
--> statement-breakpoint
ALTER TABLE "ticket"."tickets" ADD CONSTRAINT "tickets_flight_flights_flight_fk" FOREIGN KEY ("flight") REFERENCES "ticket"."flights"("flight") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "inbox_key" ON "ticket"."inbox" USING btree ("key");--> statement-breakpoint
CREATE INDEX "inbox_dead_letters_key" ON "ticket"."inbox_dead_letters" USING btree ("key");--> statement-breakpoint
CREATE INDEX "inbox_dead_letters_open" ON "ticket"."inbox_dead_letters" USING btree ("failed_at","consumer","event_id") WHERE redriven_at IS NULL AND discarded_at IS NULL;--> statement-breakpoint
CREATE INDEX "inbox_dead_letters_open_of" ON "ticket"."inbox_dead_letters" USING btree ("consumer","topic") WHERE redriven_at IS NULL AND discarded_at IS NULL;--> statement-breakpoint
CREATE INDEX "inbox_parked_key" ON "ticket"."inbox_parked" USING btree ("consumer","topic","key","id");--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_due" ON "ticket"."inbox_parked_keys" USING btree ("consumer","due_at");--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_parked" ON "ticket"."inbox_parked_keys" USING btree ("consumer","parked_at");--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_blocked" ON "ticket"."inbox_parked_keys" USING btree ("consumer","topic") WHERE due_at = 'infinity' AND letter_since IS NULL;--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_letter" ON "ticket"."inbox_parked_keys" USING btree ("consumer","topic","letter_since") WHERE letter_since IS NOT NULL;--> statement-breakpoint
CREATE INDEX "outbox_unsent" ON "ticket"."outbox" USING btree ("bucket","seq") WHERE sent_at IS NULL AND error IS NULL AND NOT is_waiting;--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "ticket"."outbox" USING btree ("bucket","topic","key") WHERE sent_at IS NULL AND is_waiting;--> statement-breakpoint
CREATE INDEX "outbox_failures" ON "ticket"."outbox" USING btree ("bucket","topic","key") WHERE sent_at IS NULL AND error IS NOT NULL;--> statement-breakpoint
CREATE INDEX "outbox_key" ON "ticket"."outbox" USING btree ("key");--> statement-breakpoint
CREATE INDEX "outbox_failed_blocking" ON "ticket"."outbox_failed" USING btree ("topic","key") WHERE discarded_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "tickets_seats_taken" ON "ticket"."tickets" USING btree ("flight","seat") WHERE status = 'ISSUED';--> statement-breakpoint
INSERT INTO "ticket"."flight_rules" ("from", "to", "airline", "capacity", "sales_end_minutes") VALUES
	('SVO', 'LED', 'SU', 180, 40),
	('LED', 'SVO', 'SU', 180, 40),
	('SVO', 'AER', 'SU', 220, 40),
	('AER', 'SVO', 'SU', 220, 40),
	('DME', 'OVB', 'S7', 150, 60),
	('OVB', 'DME', 'S7', 150, 60),
	('SVO', 'GDX', 'SU', 2, 60);
