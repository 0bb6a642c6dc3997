CREATE SCHEMA IF NOT EXISTS "notification";
--> statement-breakpoint
CREATE TYPE "notification"."inbox_outcome" AS ENUM('HANDLED', 'PARKED', 'DEAD', 'DISCARDED');--> statement-breakpoint
CREATE TABLE "notification"."inbox" (
	"event_id" uuid NOT NULL,
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"source" text,
	"sequence" bigint,
	"event_type" text,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"outcome" "notification"."inbox_outcome" DEFAULT 'HANDLED' NOT NULL,
	"taken_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "inbox_event_id_consumer_pk" PRIMARY KEY("event_id","consumer")
) PARTITION BY RANGE ("event_id");
--> statement-breakpoint
CREATE TABLE "notification"."inbox_dead_letters" (
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
CREATE TABLE "notification"."inbox_parked" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "notification"."inbox_parked_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
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
CREATE TABLE "notification"."inbox_parked_keys" (
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"parked_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "inbox_parked_keys_consumer_topic_key_pk" PRIMARY KEY("consumer","topic","key")
);
--> statement-breakpoint
CREATE TABLE "notification"."inbox_positions" (
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"source" text NOT NULL,
	"sequence" bigint NOT NULL,
	CONSTRAINT "inbox_positions_consumer_topic_key_source_pk" PRIMARY KEY("consumer","topic","key","source")
);
--> statement-breakpoint
CREATE INDEX "inbox_key" ON "notification"."inbox" USING btree ("key");--> statement-breakpoint
CREATE INDEX "inbox_dead_letters_key" ON "notification"."inbox_dead_letters" USING btree ("key");--> statement-breakpoint
CREATE INDEX "inbox_parked_key" ON "notification"."inbox_parked" USING btree ("consumer","topic","key","id");--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_due" ON "notification"."inbox_parked_keys" USING btree ("consumer","due_at");