import { createValidator, type Validator } from '@bufbuild/protovalidate';

/**
 * Creates the validator of messages. It matches patterns with JavaScript's RegExp, many times as fast as the RE2 engine of
 * protovalidate, which bounds the time that a stranger's pattern can take: ours are written in the proto files.
 */
export const createMessageValidator = (): Validator => {
  const compiled = new Map<string, RegExp>();
  return createValidator({
    regexMatch: (pattern, text) => {
      let regExp = compiled.get(pattern);
      if (regExp === undefined) {
        regExp = new RegExp(pattern, 'u');
        compiled.set(pattern, regExp);
      }
      return regExp.test(text);
    },
  });
};
