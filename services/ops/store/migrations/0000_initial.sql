CREATE SCHEMA IF NOT EXISTS "ops";
--> statement-breakpoint
CREATE TABLE "ops"."operations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"operation" text NOT NULL,
	"source" text NOT NULL,
	"arguments" jsonb NOT NULL,
	"affected_rows" integer NOT NULL,
	"dry_run" boolean NOT NULL,
	"outcome" text NOT NULL
);
