CREATE SCHEMA IF NOT EXISTS "publisher";
--> statement-breakpoint
CREATE TABLE "publisher"."buckets" (
	"source" text NOT NULL,
	"bucket" smallint NOT NULL,
	"owner" bigint,
	"claimed_at" timestamp with time zone,
	CONSTRAINT "buckets_source_bucket_pk" PRIMARY KEY("source","bucket")
);
--> statement-breakpoint
CREATE TABLE "publisher"."members" (
	"epoch" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "publisher"."members_epoch_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"id" text NOT NULL,
	"sources" text[] NOT NULL,
	"joined_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "publisher"."buckets" ADD CONSTRAINT "buckets_owner_members_epoch_fk" FOREIGN KEY ("owner") REFERENCES "publisher"."members"("epoch") ON DELETE set null ON UPDATE no action;
