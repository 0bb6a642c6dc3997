CREATE TABLE "assembly"."inbox_held_partitions" (
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
CREATE INDEX "inbox_dead_letters_open_of" ON "assembly"."inbox_dead_letters" USING btree ("consumer","topic") WHERE redriven_at IS NULL AND discarded_at IS NULL;--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_parked" ON "assembly"."inbox_parked_keys" USING btree ("consumer","parked_at");--> statement-breakpoint
CREATE INDEX "inbox_parked_keys_blocked" ON "assembly"."inbox_parked_keys" USING btree ("consumer","topic") WHERE due_at = 'infinity' AND letter_since IS NULL;