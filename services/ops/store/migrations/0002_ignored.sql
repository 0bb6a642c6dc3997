CREATE TABLE "ops"."ignored" (
	"cause" text PRIMARY KEY NOT NULL,
	"until" timestamp (3) with time zone NOT NULL,
	"ignored_by" text NOT NULL,
	"reason" text NOT NULL
);
