CREATE TABLE "publisher"."unwritable_partitions" (
	"epoch" bigint NOT NULL,
	"source" text NOT NULL,
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"broker" text,
	"error" text NOT NULL,
	"attempts" integer NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"tried_at" timestamp with time zone NOT NULL,
	CONSTRAINT "unwritable_partitions_epoch_source_topic_partition_pk" PRIMARY KEY("epoch","source","topic","partition")
);
--> statement-breakpoint
ALTER TABLE "publisher"."unwritable_partitions" ADD CONSTRAINT "unwritable_partitions_epoch_members_epoch_fk" FOREIGN KEY ("epoch") REFERENCES "publisher"."members"("epoch") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
-- Operators see what cannot be written; they change nothing here.
GRANT SELECT ON "publisher"."unwritable_partitions" TO ops;
