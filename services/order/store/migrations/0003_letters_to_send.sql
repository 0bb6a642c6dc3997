ALTER TABLE "order"."inbox_parked_keys" ADD COLUMN "letter_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "order"."inbox_parked_keys" ADD COLUMN "letter_due_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "order"."inbox_parked_keys" ADD COLUMN "letter_error" text;--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_letter" ON "order"."inbox_parked_keys" USING btree ("consumer","topic","letter_since") WHERE letter_since IS NOT NULL;