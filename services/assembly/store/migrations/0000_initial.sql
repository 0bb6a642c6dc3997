CREATE SCHEMA IF NOT EXISTS "assembly";
--> statement-breakpoint
CREATE TYPE "assembly"."build_status" AS ENUM('BUILDING', 'COMPLETED');--> statement-breakpoint
CREATE TYPE "assembly"."inbox_outcome" AS ENUM('HANDLED', 'PARKED', 'DEAD', 'DISCARDED');--> statement-breakpoint
CREATE TYPE "assembly"."outbox_status" AS ENUM('CREATED', 'PROCESSING', 'COMPLETED', 'FAILED');--> statement-breakpoint
CREATE TABLE "assembly"."builds" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"build_time_sec" integer NOT NULL,
	"status" "assembly"."build_status" NOT NULL,
	"sequence" bigint NOT NULL,
	"started_at" timestamp (3) with time zone NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"completed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "assembly"."inbox" (
	"event_id" uuid NOT NULL,
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"source" text,
	"sequence" bigint,
	"event_type" text,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"outcome" "assembly"."inbox_outcome" DEFAULT 'HANDLED' NOT NULL,
	"taken_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "inbox_event_id_consumer_pk" PRIMARY KEY("event_id","consumer")
) PARTITION BY RANGE ("event_id");
--> statement-breakpoint
CREATE TABLE "assembly"."inbox_dead_letters" (
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
CREATE TABLE "assembly"."inbox_parked" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "assembly"."inbox_parked_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
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
CREATE TABLE "assembly"."inbox_parked_keys" (
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"due_at" timestamp (3) with time zone NOT NULL,
	"parked_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "inbox_parked_keys_consumer_topic_key_pk" PRIMARY KEY("consumer","topic","key")
);
--> statement-breakpoint
CREATE TABLE "assembly"."inbox_positions" (
	"consumer" text NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"source" text NOT NULL,
	"sequence" bigint NOT NULL,
	CONSTRAINT "inbox_positions_consumer_topic_key_source_pk" PRIMARY KEY("consumer","topic","key","source")
);
--> statement-breakpoint
CREATE TABLE "assembly"."outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"sequence" bigint NOT NULL,
	"event_type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"headers" jsonb NOT NULL,
	"bucket" smallint NOT NULL,
	"is_waiting" boolean DEFAULT false NOT NULL,
	"status" "assembly"."outbox_status" DEFAULT 'CREATED' NOT NULL,
	"error" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_attempt_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"partition" integer,
	"offset" bigint,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "assembly"."outbox_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1)
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "assembly"."outbox_failed" (
	"id" uuid PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"sequence" bigint NOT NULL,
	"event_type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"headers" jsonb NOT NULL,
	"bucket" smallint NOT NULL,
	"is_waiting" boolean DEFAULT false NOT NULL,
	"status" "assembly"."outbox_status" DEFAULT 'CREATED' NOT NULL,
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
CREATE TABLE "assembly"."timers" (
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
CREATE INDEX "inbox_key" ON "assembly"."inbox" USING btree ("key");--> statement-breakpoint
CREATE INDEX "inbox_dead_letters_key" ON "assembly"."inbox_dead_letters" USING btree ("key");--> statement-breakpoint
CREATE INDEX "inbox_parked_key" ON "assembly"."inbox_parked" USING btree ("consumer","topic","key","id");--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_due" ON "assembly"."inbox_parked_keys" USING btree ("consumer","due_at");--> statement-breakpoint
CREATE INDEX "outbox_unsent" ON "assembly"."outbox" USING btree ("bucket","seq") WHERE sent_at IS NULL AND error IS NULL AND NOT is_waiting;--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "assembly"."outbox" USING btree ("bucket","topic","key") WHERE sent_at IS NULL AND is_waiting;--> statement-breakpoint
CREATE INDEX "outbox_failures" ON "assembly"."outbox" USING btree ("bucket","topic","key") WHERE sent_at IS NULL AND error IS NOT NULL;--> statement-breakpoint
CREATE INDEX "outbox_failed_blocking" ON "assembly"."outbox_failed" USING btree ("topic","key") WHERE discarded_at IS NULL;--> statement-breakpoint
CREATE INDEX "timers_due" ON "assembly"."timers" USING btree ("kind","due_at");