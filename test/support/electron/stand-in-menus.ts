/** Menus, the tray and notifications: kept as they are shown, and used as a person would use them. */
import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Acts } from './acts.ts'
import { plainEvent } from './plain-event.ts'

interface ItemTemplate {
  readonly label?: string
  readonly role?: string
  readonly type?: string
  readonly id?: string
  readonly accelerator?: string
  readonly enabled?: boolean
  readonly visible?: boolean
  readonly checked?: boolean
  readonly click?: (item: StandInItem, window: unknown, event: object) => void
  readonly submenu?: readonly ItemTemplate[] | StandInMenu
}

export class StandInItem {
  readonly label: string
  readonly role: string | undefined
  readonly type: string
  readonly id: string | undefined
  readonly accelerator: string | undefined
  readonly submenu: StandInMenu | undefined
  readonly click: () => void
  enabled: boolean
  visible: boolean
  checked: boolean

  constructor(template: ItemTemplate) {
    const { submenu } = template
    this.role = template.role
    this.label = template.label ?? template.role ?? ''
    this.type = template.type ?? (submenu === undefined ? 'normal' : 'submenu')
    this.id = template.id
    this.accelerator = template.accelerator
    this.enabled = template.enabled !== false
    this.visible = template.visible !== false
    this.checked = template.checked === true
    if (submenu !== undefined)
      this.submenu = submenu instanceof StandInMenu ? submenu : new StandInMenu(submenu)
    else this.submenu = undefined
    this.click = () => {
      if (this.type === 'checkbox') this.checked = !this.checked
      template.click?.(this, null, {})
    }
  }
}

export class StandInMenu extends EventEmitter {
  readonly items: StandInItem[]

  constructor(template: readonly (ItemTemplate | StandInItem)[]) {
    super()
    this.items = template.map((one) => (one instanceof StandInItem ? one : new StandInItem(one)))
  }

  getMenuItemById(id: string): StandInItem | null {
    for (const item of this.items) {
      if (item.id === id) return item
      const inner = item.submenu?.getMenuItemById(id)
      if (inner !== undefined && inner !== null) return inner
    }
    return null
  }

  popup(): void {
    this.emit('menu-will-show', plainEvent())
  }

  closePopup(): void {
    this.emit('menu-will-close', plainEvent())
  }

  /** For tests: what a person reads, separators as `—`, entries below as a list of their own. */
  read(): MenuReading[] {
    return this.items
      .filter((item) => item.visible)
      .map(({ label, type, enabled, checked, accelerator, submenu, role }) => ({
        label: type === 'separator' ? '—' : label,
        enabled,
        checked,
        accelerator: accelerator ?? null,
        role: role ?? null,
        below: submenu?.read() ?? null,
      }))
  }

  /** For tests: chooses an entry by its labels from the top. @throws where a person could not */
  choose(path: readonly string[]): void {
    const [label, ...rest] = path
    const item = this.items.find((one) => one.label === label && one.visible)
    if (item === undefined) {
      throw new Error(`no entry "${label}" among: ${this.items.map((one) => one.label).join(', ')}`)
    }
    if (!item.enabled) throw new Error(`"${label}" cannot be chosen now`)
    if (rest.length === 0) item.click()
    else if (item.submenu === undefined) throw new Error(`"${label}" has nothing below it`)
    else item.submenu.choose(rest)
  }
}

export interface MenuReading {
  readonly label: string
  readonly enabled: boolean
  readonly checked: boolean
  readonly accelerator: string | null
  readonly role: string | null
  readonly below: MenuReading[] | null
}

export interface MenuGround {
  readonly acts: Acts
  application: StandInMenu | null
  readonly trays: StandInTray[]
  readonly notifications: StandInNotification[]
}

export function menusOf(ground: MenuGround): object {
  // Nothing is made by its constructor: menus come from templates.
  return {
    buildFromTemplate: (template: readonly ItemTemplate[]) => new StandInMenu(template),
    setApplicationMenu(menu: StandInMenu | null): void {
      ground.application = menu
    },
    getApplicationMenu: () => ground.application,
    sendActionToFirstResponder: (action: string) =>
      ground.acts.add('menu.sendActionToFirstResponder', action),
  }
}

export class StandInImage {
  readonly bytes: Buffer
  readonly path: string | null
  #isTemplate = false

  constructor(bytes: Buffer, path: string | null) {
    this.bytes = bytes
    this.path = path
  }

  isEmpty(): boolean {
    return this.bytes.length === 0
  }

  toPNG(): Buffer {
    return this.bytes
  }

  getSize(): { width: number; height: number } {
    const isPng = this.bytes.subarray(1, 4).toString() === 'PNG'
    return isPng
      ? { width: this.bytes.readUInt32BE(16), height: this.bytes.readUInt32BE(20) }
      : { width: 0, height: 0 }
  }

  resize(): StandInImage {
    return this
  }

  addRepresentation(): void {}

  setTemplateImage(isTemplate: boolean): void {
    this.#isTemplate = isTemplate
  }

  isTemplateImage(): boolean {
    return this.#isTemplate
  }

  toJSON(): unknown {
    return { path: this.path, bytes: this.bytes.length }
  }
}

/** As Electron: a file that is not there gives an empty image. */
export const standInImages = {
  createEmpty: () => new StandInImage(Buffer.alloc(0), null),
  createFromPath(path: string): StandInImage {
    try {
      return new StandInImage(readFileSync(path), path)
    } catch {
      return new StandInImage(Buffer.alloc(0), path)
    }
  },
  createFromBuffer: (bytes: Buffer) => new StandInImage(bytes, null),
  createFromDataURL: (url: string) =>
    new StandInImage(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'), null),
}

export class StandInTray extends EventEmitter {
  image: StandInImage | string
  toolTip = ''
  title = ''
  menu: StandInMenu | null = null
  readonly #ground: MenuGround
  #isDestroyed = false

  constructor(ground: MenuGround, image: StandInImage | string) {
    super()
    this.#ground = ground
    this.image = image
    ground.trays.push(this)
  }

  setImage(image: StandInImage | string): void {
    this.image = image
    this.#ground.acts.add('tray.setImage', typeof image === 'string' ? image : image.path)
  }

  setPressedImage(): void {}

  setToolTip(text: string): void {
    this.toolTip = text
  }

  setTitle(text: string): void {
    this.title = text
  }

  getTitle(): string {
    return this.title
  }

  setContextMenu(menu: StandInMenu | null): void {
    this.menu = menu
  }

  popUpContextMenu(menu?: StandInMenu): void {
    this.#ground.acts.add('tray.popUpContextMenu', (menu ?? this.menu)?.read() ?? null)
  }

  setIgnoreDoubleClickEvents(): void {}

  isDestroyed(): boolean {
    return this.#isDestroyed
  }

  destroy(): void {
    this.#isDestroyed = true
    const { trays } = this.#ground
    if (trays.includes(this)) trays.splice(trays.indexOf(this), 1)
  }
}

export function trayClass(ground: MenuGround): object {
  return class extends StandInTray {
    constructor(image: StandInImage | string) {
      super(ground, image)
    }
  }
}

export class StandInNotification extends EventEmitter {
  readonly options: Record<string, unknown>
  readonly #ground: MenuGround

  constructor(ground: MenuGround, options: Record<string, unknown>) {
    super()
    this.#ground = ground
    this.options = options
    // Electron gives them as properties too.
    Object.assign(this, options)
  }

  show(): void {
    this.#ground.notifications.push(this)
    this.#ground.acts.add('notification.show', { ...this.options, icon: undefined })
    this.emit('show', plainEvent())
  }

  close(): void {
    const { notifications } = this.#ground
    if (notifications.includes(this)) notifications.splice(notifications.indexOf(this), 1)
    this.emit('close', plainEvent())
  }
}

export function notificationClass(ground: MenuGround, isSupported: () => boolean): object {
  return class extends StandInNotification {
    constructor(options: Record<string, unknown> = {}) {
      super(ground, options)
    }

    static isSupported(): boolean {
      return isSupported()
    }
  }
}
