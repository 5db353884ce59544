/** The same in German. */
import type { PageWords } from './english.ts'

export const GERMAN: PageWords = {
  'sign_in.title': 'Bei {home} anmelden',
  'sign_in.title_home': 'Bei deinem Zuhause anmelden',
  'sign_in.lead':
    '{app} bittet um Zugang zu deinem Zuhause. Bevor du entscheidest, siehst du, worum es genau geht.',
  'sign_in.wrong': 'Das ist nicht das Passwort dieses Zuhauses.',
  'sign_in.wrong_code': 'Das ist nicht das Passwort oder nicht der Code dieses Zuhauses.',
  'sign_in.password': 'Passwort dieses Zuhauses',
  'sign_in.code': 'Code deiner Authenticator-App',
  'sign_in.code_help': 'Ohne sie gilt einer deiner Wiederherstellungscodes.',
  'sign_in.enter': 'Anmelden',
  'sign_in.passkey': 'Mit einem Passkey anmelden',

  'passkey.title': 'Ein Passkey für {host}',
  'passkey.lead':
    'Damit meldest du dich auf dieser Seite mit Finger, Gesicht oder Code dieses Geräts an, ohne Passwort.',
  'passkey.name': 'Name dieses Geräts',
  'passkey.example': 'Mein Telefon',
  'passkey.make': 'Passkey machen',
  'passkey.made': 'Der Passkey ist gemacht. Du kannst diese Seite schließen.',
  'passkey.unable': 'Dieser Browser kann keine Passkeys machen.',
  'passkey.no_script': 'Ein Passkey braucht das Skript dieser Seite.',
  'passkey.quiet': 'Es wurde nichts getan. Versuche es wieder, wenn du so weit bist.',
  'passkey.is_there': 'Dieses Gerät hat schon einen Passkey für dieses Zuhause.',
  'passkey.used_link':
    'Dieser Link wurde schon benutzt oder ist zu alt. Hole im Fenster deines Zuhauses einen neuen.',
  'passkey.too_many':
    'Dieses Zuhause hat so viele Passkeys, wie es behält. Entferne zuerst einen im Fenster deines Zuhauses.',
  'passkey.failed': 'Das hat nicht geklappt. Versuche es gleich noch einmal.',

  'consent.title': '{app} Zugang geben?',
  'consent.website': 'Die App sagt, sie sei von {site}.',
  'consent.to_code': 'Du bekommst einen Code, den du in die App kopierst.',
  'consent.to_host': 'Die Antwort geht an {host}.',
  'consent.to_device': 'Die Antwort geht an eine App auf diesem Gerät.',
  'consent.asks': 'Die App möchte',
  'consent.as': 'Als',
  'consent.as_which': 'Als welche deiner Identitäten?',
  'consent.allow': 'Zugang geben',
  'consent.deny': 'Nicht geben',
  'consent.later': 'Du kannst den Zugang jederzeit wieder wegnehmen.',

  'may.know_you': 'Deinen Namen, dein Bild und deine Adresse kennen',
  'may.read': 'Alles in deinem Zuhause lesen: Beiträge, Nachrichten an dich, Listen und Lesezeichen',
  'may.read_notifications': 'Deine Mitteilungen sehen',
  'may.read_relations': 'Sehen, wem du folgst, wen du blockierst und stummschaltest',
  'may.write': 'In deinem Namen Beiträge schreiben, ändern und löschen',
  'may.mark': 'In deinem Namen favorisieren, Lesezeichen setzen und ordnen',
  'may.edit_profile': 'Dein Profil ändern',
  'may.follow': 'Leuten folgen und entfolgen',
  'may.block': 'Leute blockieren und stummschalten',
  'may.clear_notifications': 'Deine Mitteilungen wegräumen',
  'may.report': 'Leute bei ihren Servern melden',
  'may.push': 'Mitteilungen an dein Gerät schicken',

  'code.title': 'Dein Code',
  'code.heading': 'Dein Code für {app}',
  'code.lead': 'Kopiere ihn in die App. Er gilt einmal, zehn Minuten lang.',
  'code.warning': 'Gib ihn sonst niemandem: Wer ihn hat, hat den Zugang.',

  'denied.title': 'Es wurde kein Zugang gegeben',
  'denied.text': 'Du kannst diese Seite schließen.',

  'refused.title': 'Das hat nicht geklappt',
  'refused.unknown_app': 'Dieses Zuhause kennt diese App nicht. Lass dich von der App neu anmelden.',
  'refused.unknown_address': 'Diese App will die Antwort an eine Adresse, die sie nicht angemeldet hat.',
  'refused.unknown_way': 'Diese App bittet auf eine Weise um Zugang, die dieses Zuhause nicht kennt.',
  'refused.too_much': 'Diese App bittet um mehr, als sie angemeldet hat.',
  'refused.challenge':
    'Diese App hat eine Prüfaufgabe geschickt, mit der dieses Zuhause nichts anfangen kann.',
  'refused.old_form':
    'Dieses Formular kam nicht von hier, oder es ist zu alt. Gehe zurück und versuche es noch einmal.',
  'refused.identity': 'Wähle eine deiner Identitäten.',
  'refused.no_name': 'Passkeys gehen nur, wo das Zuhause über seinen Namen erreicht wird.',
  'refused.too_often': 'Zu viele Versuche. Warte ein paar Minuten und versuche es wieder.',
  'refused.not_understood':
    'Was geschickt wurde, war nicht zu verstehen. Gehe zurück zur App und beginne von vorn.',
  'refused.away':
    'Das Zuhause kann gerade nicht antworten. Versuche es gleich noch einmal; nichts ist verloren.',
  'refused.edge': 'Dein CDN behält private Antworten. Schalte seine eigenen Fristen aus, dann melde dich an.',
  'refused.other_host': 'Dieses Zuhause antwortet nicht unter diesem Namen.',
  'refused.failed': 'Auf dieser Seite ging etwas schief. Versuche es gleich noch einmal.',
}
