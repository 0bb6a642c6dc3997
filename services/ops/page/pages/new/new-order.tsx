import type { JSX } from 'preact';
import type { PageProps } from '../../page-props.ts';
import { BookingForm } from './booking-form.tsx';
import { GoodsForm } from './goods-form.tsx';
import { ParcelForm } from './parcel-form.tsx';
import { ShipForm } from './ship-form.tsx';

const kinds = [
  { name: 'goods', title: 'Goods', form: GoodsForm },
  { name: 'ship', title: 'A ship', form: ShipForm },
  { name: 'booking', title: 'A flight', form: BookingForm },
  { name: 'parcel', title: 'A parcel', form: ParcelForm },
] as const;

/** Places an order in one of the systems, by the RPC that its clients use. */
export const NewOrder = ({ query }: PageProps): JSX.Element => {
  const asked = query.get('kind');
  const chosen = kinds.find(({ name }) => name === asked) ?? kinds[0];
  return (
    <>
      <h1>Place an order</h1>
      <nav class="tabs" aria-label="What is ordered">
        {kinds.map(({ name, title }) => (
          <a
            key={name}
            href={`/new?kind=${name}`}
            {...(name === chosen.name && { 'aria-current': 'page' as const })}
          >
            {title}
          </a>
        ))}
      </nav>
      <chosen.form key={chosen.name} />
    </>
  );
};
