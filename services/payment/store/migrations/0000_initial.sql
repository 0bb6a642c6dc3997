CREATE SCHEMA IF NOT EXISTS "payment";
--> statement-breakpoint
CREATE TYPE "payment"."payment_method" AS ENUM('CARD', 'SBP', 'CREDIT_CARD', 'INVESTOR_MONEY');--> statement-breakpoint
CREATE TYPE "payment"."payment_status" AS ENUM('CHARGED', 'VOIDED');--> statement-breakpoint
CREATE TABLE "payment"."payments" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"status" "payment"."payment_status" NOT NULL,
	"user_id" uuid,
	"amount_minor" bigint,
	"payment_method" "payment"."payment_method",
	"transaction_id" uuid,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "payments_amount_positive" CHECK (amount_minor > 0),
	CONSTRAINT "payments_charge_whole" CHECK (num_nulls(user_id, amount_minor, payment_method, transaction_id) = 0
          OR status = 'VOIDED' AND num_nonnulls(user_id, amount_minor, payment_method, transaction_id) = 0)
);
