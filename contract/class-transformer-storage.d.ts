declare module 'class-transformer/cjs/storage.js' {
  import { type defaultMetadataStorage as storage } from 'class-transformer/types/storage';

  type TypeMetadata = ReturnType<typeof storage.findTypeMetadata>;

  /** Its own type leaves out that a property may have no `@Type`. */
  export const defaultMetadataStorage: Omit<typeof storage, 'findTypeMetadata'> & {
    readonly findTypeMetadata: (...property: Parameters<typeof storage.findTypeMetadata>) => TypeMetadata | undefined;
  };
}
