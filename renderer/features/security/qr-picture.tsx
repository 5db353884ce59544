/** A picture for the camera of a phone: always dark on light, whatever the page looks like. */
import styles from './security.module.css'

interface QrPictureProps {
  /** An SVG document, shown as an image: nothing in it runs. */
  readonly picture: string
  readonly name: string
}

export function QrPicture({ picture, name }: QrPictureProps) {
  return (
    <img
      className={styles.picture}
      alt={name}
      width={200}
      height={200}
      src={`data:image/svg+xml,${encodeURIComponent(picture)}`}
    />
  )
}
