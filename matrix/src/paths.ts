// Both src/ and the bundle in dist/ lie one folder below the package.
/** The folder of this package. */
export const packageFolder: URL = new URL('..', import.meta.url)

/** The root of the repository. */
export const rootFolder: URL = new URL('..', packageFolder)
