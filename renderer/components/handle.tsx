/** A whole handle, which breaks before the domain where it must break. */
export function Handle({ text }: { readonly text: string }) {
  const place = text.lastIndexOf('@')
  return (
    <bdi dir="ltr">
      {place <= 0 ? (
        text
      ) : (
        <>
          {text.slice(0, place)}
          <wbr />
          {text.slice(place)}
        </>
      )}
    </bdi>
  )
}
