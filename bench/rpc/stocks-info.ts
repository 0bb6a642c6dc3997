import { create, toBinary } from '@bufbuild/protobuf';
import { StocksInfoResponseSchema } from '#gen/loms/v1/loms_pb.ts';

/** A request for a sku of the seed, which every server of the bench answers in the same way. */
export const stocksInfoRequest = { sku: 773297411n };
export const stocksInfoCount = 140n;

export const stocksInfoAnswer = create(StocksInfoResponseSchema, { count: stocksInfoCount });
export const stocksInfoAnswerBytes = toBinary(StocksInfoResponseSchema, stocksInfoAnswer).length;
