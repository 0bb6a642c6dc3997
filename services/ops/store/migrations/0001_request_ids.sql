ALTER TABLE "ops"."operations" ADD COLUMN "request_id" uuid;--> statement-breakpoint
ALTER TABLE "ops"."operations" ADD COLUMN "request_hash" "bytea";--> statement-breakpoint
ALTER TABLE "ops"."operations" ADD COLUMN "changed" jsonb;--> statement-breakpoint
ALTER TABLE "ops"."operations" ADD CONSTRAINT "operations_request_id_unique" UNIQUE("request_id");