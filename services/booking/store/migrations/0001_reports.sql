CREATE TABLE "booking"."report_days" (
	"run_id" uuid NOT NULL,
	"day" text NOT NULL,
	"after_id" uuid NOT NULL,
	"end_id" uuid NOT NULL,
	"orders" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"done_at" timestamp (3) with time zone,
	CONSTRAINT "report_days_run_id_day_pk" PRIMARY KEY("run_id","day")
);
--> statement-breakpoint
CREATE TABLE "booking"."report_orders" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"status" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"origin" text NOT NULL,
	"destination" text NOT NULL,
	"flight_date" text NOT NULL,
	"flight_time" text NOT NULL,
	"airline" text NOT NULL,
	"reason" text,
	"sequence" bigint NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	"authorized_at" timestamp (3) with time zone,
	"issued_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE INDEX "report_days_open" ON "booking"."report_days" USING btree ("run_id","day") WHERE done_at IS NULL;--> statement-breakpoint
CREATE INDEX "report_days_created" ON "booking"."report_days" USING btree ("created_at");