-- Operators see who publishes; they change nothing here.
GRANT USAGE ON SCHEMA "publisher" TO ops;
--> statement-breakpoint
GRANT SELECT ON "publisher"."members", "publisher"."buckets" TO ops;
