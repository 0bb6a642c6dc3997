export type Category = 'ENGINE' | 'FUEL' | 'PORTHOLE' | 'WING';

export type MetadataValue =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'int64'; readonly value: bigint }
  | { readonly kind: 'double'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean };

/** Something that ships are built from. */
export interface Part {
  readonly partId: string;
  readonly name: string;
  readonly description: string;
  readonly priceMinor: bigint;
  /** All pieces in stock, including reserved ones. */
  readonly stockQuantity: bigint;
  readonly category: Category;
  readonly dimensions: {
    readonly lengthCm: number;
    readonly widthCm: number;
    readonly heightCm: number;
    readonly weightKg: number;
  };
  readonly manufacturer: {
    readonly name: string;
    readonly country: string;
    readonly website: string;
  };
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, MetadataValue>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A part matches when each list that is not empty contains its value. */
export interface PartsFilter {
  readonly partIds: readonly string[];
  /** Whole names, compared without regard to case. */
  readonly names: readonly string[];
  readonly categories: readonly Category[];
  readonly manufacturerCountries: readonly string[];
  readonly tags: readonly string[];
}
