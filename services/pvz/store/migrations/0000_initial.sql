CREATE SCHEMA IF NOT EXISTS "pvz";
--> statement-breakpoint
CREATE TYPE "pvz"."order_status" AS ENUM('accepted', 'issued', 'returned_by_client', 'returned_to_courier');--> statement-breakpoint
CREATE TYPE "pvz"."outbox_status" AS ENUM('CREATED', 'PROCESSING', 'COMPLETED', 'FAILED');--> statement-breakpoint
CREATE TYPE "pvz"."packaging" AS ENUM('none', 'bag', 'box', 'film', 'bag+film', 'box+film');--> statement-breakpoint
CREATE TABLE "pvz"."order_changes" (
	"order_id" bigint NOT NULL,
	"sequence" bigint NOT NULL,
	"user_id" bigint NOT NULL,
	"status" "pvz"."order_status" NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "order_changes_order_id_sequence_pk" PRIMARY KEY("order_id","sequence")
);
--> statement-breakpoint
CREATE TABLE "pvz"."orders" (
	"order_id" bigint PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"status" "pvz"."order_status" NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"packaging" "pvz"."packaging" NOT NULL,
	"weight" double precision NOT NULL,
	"price_minor" bigint NOT NULL,
	"accepted_at" timestamp (3) with time zone NOT NULL,
	"changed_at" timestamp (3) with time zone NOT NULL,
	"sequence" bigint NOT NULL,
	CONSTRAINT "orders_weight_positive" CHECK (weight > 0),
	CONSTRAINT "orders_price_positive" CHECK (price_minor > 0)
);
--> statement-breakpoint
CREATE TABLE "pvz"."outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"sequence" bigint NOT NULL,
	"event_type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"headers" jsonb NOT NULL,
	"bucket" smallint NOT NULL,
	"is_waiting" boolean DEFAULT false NOT NULL,
	"status" "pvz"."outbox_status" DEFAULT 'CREATED' NOT NULL,
	"error" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_attempt_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"partition" integer,
	"offset" bigint,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "pvz"."outbox_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	CONSTRAINT "outbox_key_length" CHECK (char_length(key) BETWEEN 1 AND 200)
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "pvz"."outbox_failed" (
	"id" uuid PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"sequence" bigint NOT NULL,
	"event_type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"headers" jsonb NOT NULL,
	"bucket" smallint NOT NULL,
	"is_waiting" boolean DEFAULT false NOT NULL,
	"status" "pvz"."outbox_status" DEFAULT 'CREATED' NOT NULL,
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
CREATE INDEX "order_changes_by_time" ON "pvz"."order_changes" USING btree ("changed_at","order_id","sequence");--> statement-breakpoint
CREATE INDEX "orders_of_user" ON "pvz"."orders" USING btree ("user_id","accepted_at","order_id");--> statement-breakpoint
CREATE INDEX "orders_returned" ON "pvz"."orders" USING btree ("changed_at","order_id") WHERE status = 'returned_by_client';--> statement-breakpoint
CREATE INDEX "outbox_unsent" ON "pvz"."outbox" USING btree ("bucket","seq") WHERE sent_at IS NULL AND error IS NULL AND NOT is_waiting;--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "pvz"."outbox" USING btree ("bucket","topic","key") WHERE sent_at IS NULL AND is_waiting;--> statement-breakpoint
CREATE INDEX "outbox_failures" ON "pvz"."outbox" USING btree ("bucket","topic","key") WHERE sent_at IS NULL AND error IS NOT NULL;--> statement-breakpoint
CREATE INDEX "outbox_failed_blocking" ON "pvz"."outbox_failed" USING btree ("topic","key") WHERE discarded_at IS NULL;