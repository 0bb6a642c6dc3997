/** A part and the number of pieces wanted of it. */
export interface StockItem {
  readonly partId: string;
  readonly quantity: number;
}

/** Adds up the quantities of each part and sorts by part id. */
export const mergeItems = (items: readonly StockItem[]): StockItem[] => {
  const quantities = new Map<string, number>();
  for (const { partId, quantity } of items)
    quantities.set(partId, (quantities.get(partId) ?? 0) + quantity);
  return [...quantities]
    .map(([partId, quantity]) => ({ partId, quantity }))
    .sort((a, b) => (a.partId < b.partId ? -1 : 1));
};
