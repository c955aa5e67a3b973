/** JSON, as journals and settings hold it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
