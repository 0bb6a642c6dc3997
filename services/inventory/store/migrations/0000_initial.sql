CREATE SCHEMA IF NOT EXISTS "inventory";
--> statement-breakpoint
CREATE TYPE "inventory"."part_category" AS ENUM('ENGINE', 'FUEL', 'PORTHOLE', 'WING');--> statement-breakpoint
CREATE TYPE "inventory"."reservation_status" AS ENUM('RESERVED', 'RELEASED', 'COMMITTED');--> statement-breakpoint
CREATE TABLE "inventory"."parts" (
	"part_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"price_minor" bigint NOT NULL,
	"stock_quantity" bigint NOT NULL,
	"reserved" bigint NOT NULL,
	"category" "inventory"."part_category" NOT NULL,
	"length_cm" double precision NOT NULL,
	"width_cm" double precision NOT NULL,
	"height_cm" double precision NOT NULL,
	"weight_kg" double precision NOT NULL,
	"manufacturer_name" text NOT NULL,
	"manufacturer_country" text NOT NULL,
	"manufacturer_website" text NOT NULL,
	"tags" text[] NOT NULL,
	"metadata" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "parts_price_not_negative" CHECK (price_minor >= 0),
	CONSTRAINT "parts_never_oversold" CHECK (reserved BETWEEN 0 AND stock_quantity)
);
--> statement-breakpoint
CREATE TABLE "inventory"."reservation_items" (
	"order_id" uuid NOT NULL,
	"part_id" uuid NOT NULL,
	"quantity" integer NOT NULL,
	CONSTRAINT "reservation_items_order_id_part_id_pk" PRIMARY KEY("order_id","part_id"),
	CONSTRAINT "reservation_items_quantity_positive" CHECK (quantity > 0)
);
--> statement-breakpoint
CREATE TABLE "inventory"."reservations" (
	"order_id" uuid PRIMARY KEY NOT NULL,
	"status" "inventory"."reservation_status" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"updated_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "inventory"."reservation_items" ADD CONSTRAINT "reservation_items_order_id_reservations_order_id_fk" FOREIGN KEY ("order_id") REFERENCES "inventory"."reservations"("order_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inventory"."reservation_items" ADD CONSTRAINT "reservation_items_part_id_parts_part_id_fk" FOREIGN KEY ("part_id") REFERENCES "inventory"."parts"("part_id") ON DELETE no action ON UPDATE no action;