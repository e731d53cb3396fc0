"""Words of the workshop that look like names and name nobody, in several languages.

Room: redaction/text. Pure; tables. Eponyms and makers ("Rockwell", "Seeger") yield to a label
before them; words of forms ("date", "Maßstab") and units never are a name.
"""

import re
from functools import cache
from typing import Final

_EPONYMS: Final = """
    rockwell brinell vickers phillips allen whitworth loctite woodruff belleville acme hirth charpy
    izod
    young poisson jacobs morse torx bosch rexroth delrin timken hastelloy inconel monel bowden
    geneva
    oldham cardan venturi stirling diesel otto parker lee brown sharpe fischer seeger simmer
    kreuzschlitz
    shore knoop mohs jominy taylor pozidriv pozidrive robertson inbus unbrako helicoil heli-coil
    pem keensert
    teflon nylon viton neoprene bakelite lexan plexiglas kevlar nomex mylar stellite nitronic
    ferralium
    zamak zamac babbitt muntz invar kovar nimonic incoloy rene waspaloy widia pitot reynolds mach
    hooke
    hertz newton pascal joule watt kelvin celsius fahrenheit tesla gauss weber henry faraday
    coulomb ohm
    bernoulli euler goodman soderberg gerber wohler wöhler miner mises tresca curie peltier seebeck
    zener
    schottky darlington bessel fourier laplace nyquist bode hall peaucellier scotch maltese schmidt
    rzeppa
    hobson birfield nylok nyloc spiralock jacob jacobson weldon erickson albrecht kurt bridgeport
    hurth
    gleason klingelnberg palloid oerlikon novikov wildhaber vernier abbe johansson abbott firestone
    gerotor
    roots pelton kaplan francis tyler bourdon burdon dewar edison lewis boston gates browning
    fenner lovejoy
    falk rexnord thomson ina skf fag nsk ntn koyo iko thk hiwin misumi festo smc siemens omron
    keyence
    mitsubishi fanuc yaskawa schneider philips molex harting amphenol deutsch tyco burndy souriau
    lemo binder
    hummel phoenix wago weidmuller weidmüller rittal stahl norelem ganter elesa kipp halder jergens
    carr
    tinnerman southco dzus camloc hilti würth wurth bossard nord gore garlock klinger flexitallic
    swagelok
    legris rotzler heim uniball glyco glacier permaglide wankel atkinson miller brayton rankine
    carnot
    grower grover kennedy gib nilos kessler lincoln lenze lapp haas okuma mazak doosan hermle
    deckel maho
    hurco makino mori seiki trumpf bystronic amada renishaw zeiss mitutoyo starrett nikon leica
    faro hexagon
    kistler sandvik iscar walter kennametal seco guhring gühring hoffmann garant mapal gesipa avdel
    pop
    ryerson carpenter haynes alcoa kaiser crucible bohler böhler uddeholm thyssen krupp ruukki ssab
    hardox
    weldox domex corten toolox strenx armco vasco latrobe special metals enerpac stanley dewalt
    makita snap-on
    gedore wera wiha knipex stahlwille hazet facom dremel vogel trelleborg simrit freudenberg
    merkel busak
    hallite kalrez chemraz zurcon turcon orkot graham gamma vesconite igus drylin triflex iglidur
    ringfeder
    mayr rotex hadeflex flender sew eurodrive bonfiglioli neugart maxon faulhaber dunkermotoren
    oriental
    sick balluff turck ifm pepperl fuchs baumer leuze pilz murr murrelektronik autodesk solidworks
    dassault
    siemens creo ptc catia inventor fusion onshape rhino sketchup altium kicad eagle eplan mastercam
    michelson doppler stribeck prandtl nusselt froude biot grashof rayleigh langmuir debye bragg
    auger
    castigliano mohr coulomb navier stokes maxwell heaviside thevenin norton kirchhoff lenz fleming
    biot
    stewart gough delta cartesian archimedes archimedean pythagoras fibonacci gaussian bezier
    bézier nurbs
    boolean voronoi delaunay lissajous cassegrain fresnel fabry perot nicol porro dove amici
    schwarzschild
    tig mig plasma manson coffin paris basquin neuber sines crossland findley haigh smith-watson
    thompson turner kreher jordan kollmorgen gardner denver ingersoll rand sullair atlas copco
    busch edwards
    leybold pfeiffer varian agilent keysight fluke tektronix hameln hanning kahl allweiler grundfos
    wilo ksb
    sulzer flygt bauer burkert bürkert samson fisher masoneilan crosby keystone jamesbury saunders
    ari
    milwaukee hamilton pitch stub victaulic gruvlok tri-clamp camlock storz guillemin bauer perrot
    wood woods lamson sessions buna hypalon perbunan vulkollan ertalon ertacetal hostaform ultramid
    zytel
    hytrel noryl ultem torlon vespel peek tecapeek makrolon trespa corian formica masonite gyproc
    sherwin williams corning dow molykote penguard jotun sikkens hempel henkel simpson strong-tie
    hughes unistrut mero tinius olsen erichsen olsen leeb barcol wolpert
    """
_FORMS: Final = """
    min max typ nom ref qty uom date datum scale sheet rev revision size dwg drg drw no nr nos
    title material
    finish weight quantity item part parts name signature sign n/a na tbd tba none nil std standard
    see eco
    ecn ecr per from for to the and or of with before after by on at in is be do not all unless
    note notes
    drawing drawings drawn checked approved designed design check chk appr approve approver
    released release
    issued issue mfg qa qc blatt bl maßstab masstab massstab benennung werkstoff stand index norm
    zeichnung
    status cage code fsc units unit mm inch inches project job order client customer supplier
    suppliers page
    format tolerance tolerances general third first angle projection copy file plot plotted gepr
    gez bearb
    geprüft gezeichnet freigegeben freigabe prüfung für im nach der die das und oder mit von bis
    ändern sie
    bitte fügen wenn dem den des ein eine einen einer ist wird nicht auf aus als an am beim zum zur
    kein
    keine steel cover cup stock only required approval pending final draft prelim preliminary
    initial
    original manufacture manufacturing production engineering quality control department dept group
    team
    office company vendor section detail view assembly assy added removed changed updated moved was
    deleted
    supersedes superseded replaces replaced description remarks remark comment comments type model
    number
    serial batch lot heat treatment surface coating plating thread hole holes shaft plate bracket
    housing
    dimensions dimension specified otherwise reserved rights confidential proprietary property
    document
    documents doc contents table figure fig appendix annex page pages total next previous monday
    tuesday
    wednesday thursday friday saturday sunday january february march april may june july august
    september
    october november december jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri
    sat sun
    januar februar märz mai juni juli oktober dezember montag dienstag mittwoch donnerstag freitag
    samstag
    level class grade stage phase ja nein nicht siehe yes oui annexe annex charte norme anlage
    dear hello hi thanks thank regards sincerely best kind please kindly yes ok okay new old top
    bottom left
    right front rear side upper lower inner outer center centre ends both each one two three four
    five six
    here there this that these those it he she we you they i as if but so than then when where what
    who how
    which can may must shall should will would could have has had are were been being also just per
    via etc
    our your their its his her my me us them contact phone email e-mail mail mobile address street
    tel fax
    nom échelle feuille matière matériau désignation indice plan pièce quantité masse poids client
    dessin
    vérifié dessiné approuvé bureau études conforme tolérances générales modification format
    ensemble repère
    le la les du de des un une et ou pour avec sans sur dans par selon voir sauf vis rondelle écrou
    clavette
    acier bride inox bon état traitement merci bonjour livraison fabrication responsable service
    atelier
    el los las del al una y o con sin por según ver para escala hoja título pieza cantidad peso
    fecha cliente
    dibujado revisado aprobado plano acabado tratamiento taller obra acero gracias hola empresa
    il lo gli i dei della delle dal e con senza per secondo scala foglio titolo pezzo quantità peso
    data
    cliente disegno disegnato controllato approvato finitura trattamento acciaio ufficio tecnico
    grazie
    skala arkusz materiał nazwa ilość masa rysunek podpis norma uwagi zmiana nr stal
    skala blad material namn antal vikt datum ritning ritad granskad godkänd mått anm
    blad schaal datum naam aantal gewicht tekening getekend gecontroleerd
    měřítko list materiál název množství hmotnost výkres datum
    разраб пров утв масштаб лист листов масса лит материал дата подпись изм инв взам подл докум
    гост сталь деталь чертеж чертёж сборочный контр наим обозначение кол примечание формат зона
    """
_SHOP: Final = """
    werkstatt abteilung konstruktion fertigung montage einkauf vertrieb versand lager prüfplan
    prüfprotokoll
    änderung bohrung gewinde nut fase radius kante kanten oberfläche toleranz passung härte teil
    teile stück
    gehäuse deckel welle achse ring scheibe platte blech winkel halter träger rahmen flansch buchse
    bolzen
    schraube mutter feder dichtung rohr stab profil nabe lager zahnrad ritzel kette riemen hebel
    griff knopf
    fuß sockel stütze lasche steg rippe wand boden kappe stopfen ventil pumpe motor getriebe
    kupplung bremse
    kühler filter behälter tank düse zylinder kolben stange klemme kabel stecker schalter sensor
    roh fertig
    serie muster erstmuster prototyp variante ausführung bauteil baugruppe einzelteil stückliste
    position
    menge einheit bemerkung hinweis achtung vorsicht siehe gemäß laut ohne links rechts oben unten
    vorne
    hinten innen außen mitte kunde lieferant auftrag bestellung termin kw abmessung länge breite
    höhe tiefe
    durchmesser gewicht masse dicke stahl edelstahl aluminium alu messing kupfer kunststoff gummi
    guss
    einsatzhärten vergüten nitrieren verzinken verzinkt brünieren brüniert eloxieren eloxiert
    lackieren
    lackiert pulverbeschichtet gestrahlt geschliffen poliert entgraten gratfrei schweißen
    geschweißt löten
    kleben biegen gekantet laser gelasert wasserstrahl drehen fräsen bohren schleifen honen läppen
    räumen
    frontplatte rückwand seitenwand grundplatte schutzart festlager loslager spannung strom
    leistung drehzahl
    drehmoment druck temperatur volumenstrom hub weg kraft zeit geschwindigkeit bitte anfrage
    angebot
    mein meine meinem unser unsere unserem ihr ihre handy rechnung lieferung empfänger absender
    firma herr herrn frau team gruß grüße
    """
_ABBREVIATIONS: Final = """
    na tbd tba rev dwg qty std sim ref max min typ dia rad thk mm cm in kg lb lbs al ss cs ms hrc
    hrb hb hv hra
    pcd bcd crs nts unc unf unef uno iso din jis ansi asme astm sae bs en gb aisi uns mil nas an pn
    id od ok no
    yes ecn eco ecr dcn bom cad cam cnc assy part item size date name sign scale sheet a4 a3 a2 a1
    a0 pl lh rh
    cl sq hex lg ea pc pcs mfg qa qc eng chk app appd drn dwn pro dev r&d ce ul rohs reach pvc abs
    pa pp pe
    pom ptfe peek nbr fkm epdm ssn tin vat ip po wo qr rfq tel fax typ nom csk cbore thru tol fin
    ht hdg npt
    bsp bspp bspt tpi tir gd&t mmc lmc fim prd dft fea fem cfd fmea ppap apqp spc cmm faq faq pdf
    step stp igs
    iges dxf stl bspt vdi vde vdma dvs aws api awwa nema iec ieee nfpa osha atex ped vde tuv tüv
    usa uk eu cn
    jp de fr it es us rhs chs ipe hea heb upn rnd flt sht plt brg scr nut wsh gsk pin clp pos nr bl
    art abt kw
    st cr ni mo va cu zn sn ti mg si pb fe hss hm pkd cbn tin tic tialn dlc pvd cvd led lcd pcb smd
    dip soic
    qfn bga gnd vcc vdd gpio usb can spi i2c uart rs485 plc hmi io ac dc rms rpm hz khz mhz ghz kw
    hp nm mpa
    gpa bar psi cfm gpm lpm um nm ra rz rt sae am pm utc gmt nts matl nand nor emi adi ai iot
    lora esd
    esr fet mos bjt opamp adc dac mcu cpu fpga li-ion li-poly li-po li-pol cust appvl proj mgr engr
    fyi fa fam asap eta mrp erp plm
    pdm sap wip oem odm msds
    lot sn cat mod ver var opt alt sub see not for and the by to of or on as at is be do an up ii
    iii iv vi vii
    xi xii ft yd oz pt qt gal deg min sec hrs mat wt wgt vol nos ser thd hd soc cap flg gr cl sch
    wn rf sw bw
    sorf fnpt mnpt ips npsm od wd tk fl dn nps class rating cat dim dims asm prt drw sec det elev
    sect fig
    apvd chkd rlsd verif inc ltd llc gmbh ag kg co corp plc bv sa srl spa oy ab as kft zoo pty
    """
EPONYMS: Final = frozenset(_EPONYMS.split())
FORMS: Final = frozenset(_FORMS.split()) | frozenset(_SHOP.split())
ABBREVIATIONS: Final = frozenset(_ABBREVIATIONS.split())
COMPANY: Final = re.compile(
    r"[ \-]?(?:& |and )?(?:[A-Z][\wÀ-ɏ.&\-]{1,20} ){0,2}?(?:GmbH|AG|KG|Ltd|Limited|Inc|LLC|Corp"
    r"|Co\b|Company|S\.?A\.?S?|S\.?p\.?A|S\.?r\.?l"
    r"|B\.?V|N\.?V|Pty|Oy|AB|Sp\.|Tooling|Tools|Machine|Machining|Engineering|Manufacturing|Mfg"
    r"|Industries|Technolog\w+"
    r"|Systems?|Works|Steel|Metals?|Group|Bearings?|Fasteners?|Valves?|Pumps?|Antriebstechnik"
    r"|Maschinenbau|Metallbau)(?![\w])"
)
# Heads and endings of German nouns for things and doings; "Ring" ends many a thing and few people.
GERMAN_THING: Final = re.compile(
    r".{2,}(?:ung|ungen|keit|heit|schaft|tion|tionen|tät|nis|schraube|schrauben|mutter|scheibe"
    r"|scheiben|platte|platten"
    r"|blech|bleche|halter|gehäuse|flansch|welle|wellen|zeichnung|ring|ringe|lager|deckel|bolzen"
    r"|buchse|hülse|stift"
    r"|dichtung|feder|rohr|winkel|träger|rahmen|profil|bohrung|gewinde|härte|stahl|guss|teil"
    r"|teile|gruppe|liste|plan"
    r"|kontrolle|kette|ketten|maß|maße|zeit|zahl|stelle|fläche|kante|seite|länge|breite|höhe"
    r"|tiefe|dicke"
    r"|durchmesser|stück|satz"
    r"|werkzeug|maschine|anlage|motor|getriebe|pumpe|ventil|zylinder|kolben|schlüssel|griff|hebel"
    r"|bügel|kasten"
    r"|schacht|kanal|leitung|kabel|stecker|schalter|bericht|protokoll|muster|nummer|datum"
    r"|freigabe|technik|betrieb"
    r"|nut|nabe|rad|räder|zahn|kette|riemen|haken|öse|schiene|leiste|stange|säule|fuß|bock"
    r"|verzahnung|abnahme)"
)
WORKSHOP_ENDINGS: Final = re.compile(
    r".{3,}(?:tion|ment|ness|ité|eur de|aggio|amento|zione|ción|miento|anie|ość|ning)"
)


@cache
def is_workshop(word: str) -> bool:
    """Return whether ``word`` (lower case) is of a form, a unit, or a thing that is made."""
    return word in FORMS or word in ABBREVIATIONS


def is_thing(word: str) -> bool:
    """Return whether ``word`` (lower case) ends like a German or Romance word for a thing."""
    return GERMAN_THING.fullmatch(word) is not None or WORKSHOP_ENDINGS.fullmatch(word) is not None
