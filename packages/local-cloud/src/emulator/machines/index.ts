export { type MachinesOptions, type OpenMachines, openMachines } from './machines.ts'
