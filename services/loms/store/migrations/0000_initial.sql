CREATE SCHEMA IF NOT EXISTS "loms";
--> statement-breakpoint
CREATE TYPE "loms"."order_status" AS ENUM('new', 'awaiting payment', 'failed', 'payed', 'cancelled');--> statement-breakpoint
CREATE TYPE "loms"."outbox_status" AS ENUM('CREATED', 'PROCESSING', 'COMPLETED', 'FAILED');--> statement-breakpoint
CREATE SEQUENCE "loms"."order_ids" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;--> statement-breakpoint
CREATE TABLE "loms"."order_items" (
	"order_id" bigint NOT NULL,
	"sku" bigint NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "order_items_order_id_sku_pk" PRIMARY KEY("order_id","sku"),
	CONSTRAINT "order_items_count_positive" CHECK (count > 0)
);
--> statement-breakpoint
CREATE TABLE "loms"."orders" (
	"order_id" bigint PRIMARY KEY NOT NULL,
	"user_id" bigint NOT NULL,
	"status" "loms"."order_status" NOT NULL,
	"sequence" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "loms"."outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"key" text NOT NULL,
	"sequence" bigint NOT NULL,
	"event_type" text NOT NULL,
	"payload" jsonb NOT NULL,
	"headers" jsonb NOT NULL,
	"bucket" smallint NOT NULL,
	"is_waiting" boolean DEFAULT false NOT NULL,
	"status" "loms"."outbox_status" DEFAULT 'CREATED' NOT NULL,
	"error" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_attempt_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"sent_at" timestamp (3) with time zone,
	"partition" integer,
	"offset" bigint,
	"seq" bigint GENERATED ALWAYS AS IDENTITY (sequence name "loms"."outbox_seq_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1)
) PARTITION BY RANGE ("id");
--> statement-breakpoint
CREATE TABLE "loms"."stocks" (
	"sku" bigint PRIMARY KEY NOT NULL,
	"total_count" bigint NOT NULL,
	"reserved" bigint NOT NULL,
	CONSTRAINT "stocks_not_negative" CHECK (total_count >= 0 AND reserved >= 0)
);
--> statement-breakpoint
ALTER TABLE "loms"."order_items" ADD CONSTRAINT "order_items_order_id_orders_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "loms"."orders"("order_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "outbox_unsent" ON "loms"."outbox" USING btree ("bucket","seq") WHERE sent_at IS NULL AND error IS NULL AND NOT is_waiting;--> statement-breakpoint
CREATE INDEX "outbox_waiting" ON "loms"."outbox" USING btree ("bucket","topic","key") WHERE sent_at IS NULL AND is_waiting;
