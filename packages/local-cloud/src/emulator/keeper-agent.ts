/**
 * In the User-Agent of who looks after the cloud itself: seeds it, and tells its state. Faults are meant for what is
 * rehearsed, and such calls neither meet nor use them up.
 */
export const keeperAgent = 'viridian-cloud-keeper'
