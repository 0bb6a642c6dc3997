CREATE TABLE "loms"."order_changes" (
	"order_id" bigint NOT NULL,
	"sequence" bigint NOT NULL,
	"status" "loms"."order_status" NOT NULL,
	"previous_status" "loms"."order_status",
	"reason" text,
	"moment" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "order_changes_order_id_sequence_pk" PRIMARY KEY("order_id","sequence")
);
--> statement-breakpoint
-- What is known of the orders of before: their first two changes were decided together when they were created.
INSERT INTO "loms"."order_changes"
SELECT order_id, 1, 'new', NULL::"loms"."order_status", NULL, created_at FROM "loms"."orders"
UNION ALL
SELECT order_id, 2, CASE WHEN status = 'failed' THEN 'failed' ELSE 'awaiting payment' END::"loms"."order_status",
       'new', CASE WHEN status = 'failed' THEN 'out-of-stock' END, created_at
  FROM "loms"."orders" WHERE sequence >= 2
UNION ALL
SELECT order_id, 3, status, 'awaiting payment', CASE WHEN status = 'cancelled' THEN 'by-request' END, updated_at
  FROM "loms"."orders" WHERE sequence >= 3;
