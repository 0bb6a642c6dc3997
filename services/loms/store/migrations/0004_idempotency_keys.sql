CREATE TABLE "loms"."idempotency_keys" (
	"method" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" "bytea" NOT NULL,
	"answer" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "idempotency_keys_method_key_pk" PRIMARY KEY("method","key")
);
--> statement-breakpoint
CREATE INDEX "idempotency_keys_created" ON "loms"."idempotency_keys" USING btree ("created_at");