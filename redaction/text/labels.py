"""Words that announce a person: on title blocks, in attributes, in letters; many languages.

Room: redaction/text. Pure; tables. A label is looked up by its letters alone, so that
``DRAWN_BY``, ``Drawn by`` and ``DrawnBy`` are one. A *strong* label is followed by nothing but a
person; a *chain* label (``CHECK``) may as well begin a sentence; an *asking* verb wants a
name, and a *linking* preposition a full one.
"""

from enum import IntEnum
from typing import Final


class Strength(IntEnum):
    """How surely a person follows."""

    LINKING = 1
    ASKING = 2
    CHAIN = 3
    STRONG = 4


# With "by" behind them they are strong, alone they begin a chain of title-block cells.
_DOINGS: Final = """
    drawn drn drwn drwd ck dwn drafted drft dftr designed des dsgn dsgnd dsn checked chk chkd ckd
    ckr
    chkr approved
    appd apprvd appr app apprd appvd apvd aprvd aprd released rel rlsd rld issued iss prepared prep
    prepd reviewed rvwd revd verified verif ver modified mod revised inspected insp engineered
    engrd traced
    tracd detailed dtld detld signed authorised authorized auth validated valid measured meas
    programmed
    requested req submitted updated changed modelled modeled quoted compiled cmpld corrected
    examined
    produced filed recorded accepted witnessed completed certified created edited sketched made
    written
    entered initiated originated orig planned
"""
_CHAIN: Final = """
    drawing draftsman design check checker approve approval approvals eng engr engineer mfg mfgeng
    mfgappr qa qaappr
    qaappd qc stress weights weight process structures materials loads program projeng
    projectengineer pe sign
    signature signed initials name names author person release originator quality production
    manufacturing
    cad mech elec struct drftg drafting dft dsgr chief supervisor supv mgr manager lead foreman
    operator welder
    inspector insp trace tracer model client customer rep
    gezeichnet gez bearbeitet bearb bearbeiter geprüft gepr geprueft freigegeben freig genehmigt
    gen erstellt erst konstruiert
    konstr konstruktion norm normgepr geändert geänd geaendert name gesehen ges kontrolliert kontr
    abgenommen verantwortlich verantw
    dessiné dessine dess des dessinateur vérifié verifie vérif verif vérificateur contrôlé contrôle
    approuvé
    approuve approbateur validé valide établi etabli rédigé rédacteur visa visé nom étudié
    concepteur
    dibujado dibujó dibujo dib comprobado comprobó comp revisado revisó aprobado aprobó apr
    proyectado
    proyectó verificado diseñado diseñó diseño elaborado elaboró realizado nombre firma
    disegnato dis disegnatore controllato contr verificato ver approvato appr approv progettato
    progettista redatto
    eseguito visto firma nome compilato
    desenhado desenhou des verificado verif verificou aprovado aprov aprovou projetado projetou
    elaborado
    elaborou executado nome
    getekend get gecontroleerd gec gecontr goedgekeurd goedgek ontworpen opgesteld naam
    ritad rit konstruerad konstr granskad granskn gransk godkänd godk kontrollerad kontr utförd namn
    tegnet tegn kontrollert kontrolleret kontr godkjent godkendt godk konstruert konstrueret utført
    navn
    piirtänyt piirt suunnitellut suunn tarkastanut tark hyväksynyt hyv laatinut nimi
    rysował rysowal rys kreślił kreslil projektował projektowal proj opracował opracowal opr
    konstruował
    konstruowal konstr sprawdził sprawdzil spr zatwierdził zatwierdzil zatw wykonał wykonal wyk
    nazwisko
    kreslil kreslila navrhl navrhla nakreslil vypracoval vypracovala kontroloval přezkoušel
    schválil schválila
    zkontroloval jméno kreslil kontrolovala schválil normref technolog
    rajzolta tervezte ellenőrizte jóváhagyta készítette szerkesztette név
    çizen tasarlayan kontrol kontroleden onaylayan onay hazırlayan ad adı isim
    desenat proiectat verificat aprobat întocmit intocmit nume
    разраб разработал пров проверил тконтр нконтр утв утвердил чертил конструктор согласовано
    согласовал
    выполнил рук нач начотд рецензент гип фио консульт руковод принял исполнил сдал
    설계 설계자 제도 작성 작성자 검토 검토자 검도 승인 승인자 확인 확인자 담당 담당자 도면작성
"""
_STRONG: Final = """
    draughtsman drby chkby apprby drafter draftsperson designer approver originator projectlead
    projectmanager projectengineer
    projmgr projengr leadengr dsgnengr custappvl customerapproval leadengineer engineerofrecord
    вопросык вопросы контакты designengineer responsibleengineer
    engineerincharge contact contactperson contactname customercontact
    yourcontact attn attention fao buyer ourbuyer vendorrep vendorrepis salesrep sales
    purchaser
    questionsto questions owner responsible responsibleperson returnto kindregards bestregards
    regards
    bestwishes sincerely yourssincerely cheers manythanks accountmanager purchasing consignee
    recipient requester
    requestor requisitioner handledby representative supplierrep machinist programmer keeper
    preparer reviewer
    reviewedbyname lastsavedby lastmodifiedby lastauthor lasteditedby createdby modifiedby savedby
    authorname
    username fullname givenname firstname lastname surname employee drawnbyname checkedbyname
    approvedbyname
    signedoff signedoffby approvedbyqa sender applicant holder
    ansprechpartner ansprechpartnerin ansprechperson kontakt kontaktperson rückfragenan
    rückfragenbei rückfragen rueckfragen rückrufdurch
    sachbearbeiter sachbearbeiterin konstrukteur konstrukteurin zeichner zeichnerin prüfer prüferin
    ersteller erstellerin projektleiter projektleiterin projektleitung freigegebenvon
    freigegebendurch erstelltvon erstelltdurch
    gezeichnetvon geprüftvon geprüftdurch bearbeitetvon genehmigtvon verantwortlicher
    verantwortliche
    zhd zhdn zhdv zuhänden empfänger empfängerin variantevon kollege kollegin kollegen
    mitfreundlichengrüßen freundlichegrüße vielegrüße
    mfg gruß grüße bestegrüße gruss kontobesitzer kontoinhaber inhaber besteller bestellerin
    einkäufer einkäuferin ap
    abgestimmtmit rücksprachemit inabsprachemit änderungdurch nachrücksprachemit
    dessinépar dessinepar vérifiépar verifiepar approuvépar approuvepar établipar rédigépar créépar
    modifiépar
    interlocuteur responsable chargédaffaires àlattentionde alattentionde cordialement cdt
    salutations destinataire contacter validépar contrôlépar
    dibujadopor comprobadopor revisadopor aprobadopor realizadopor contacto responsable ala
    atención atencion saludos diseñadopor elaboradopor
    disegnatoda controllatoda approvatoda verificatoda contatto referente redattoda allattenzionedi
    saluti cordialisaluti progettatoda
    desenhadopor aprovadopor verificadopor contato contacto responsável elaboradopor atenciosamente
    getekenddoor gecontroleerddoor goedgekeurddoor contactpersoon verantwoordelijke
    metvriendelijkegroet tav
    ritadav granskadav godkändav konstrueradav kontaktperson kontakt handläggare ansvarig skapadav
    mvh hälsningar utfärdadav
    tegnetav tegnetaf kontrollertav kontrolleretaf godkjentav godkendtaf ansvarlig kontaktperson
    saksbehandler
    yhteyshenkilö piirtäjä suunnittelija tarkastaja hyväksyjä vastuuhenkilö
    osobakontaktowa kontakt konstruktor kierownik autor odpowiedzialny rysownik projektant
    osobadokontaktu zpoważaniem
    kontaktníosoba autor konstruktér odpovědný vyřizuje zodpovídá
    kapcsolattartó tervező szerkesztő
    ilgilikişi sorumlu hazırlayan tasarımcı yetkili
    исполнитель контактноелицо ответственный контакт автор менеджер куратор получатель суважением
    담당자명 연락담당 수신 연락처담당 책임자 설계담당
"""
_ASKING: Final = """
    revisa aprueba dibuja controlla disegna vérifie dessine prüft zeichnet konstruiert kontrolliert
    ritar sprawdza ask call contact phone text whatsapp redoneby rappeler recontacter appelez
    demander anrufen
    ring tell inform notify consult ping email mail thank thanks see perdiscussionwith
    discussedwith talkedto
    talkto speakto speakwith spokewith checkwith agreedwith confirmwith confirmedwith clearedwith
    feedbackfrom
    requestfrom requestof copyof by per perrequestof with attnof cc bcc inputfrom
    approvalfrom okfrom
    okedby measuredby requestedby suggestedby courtesyof according accordingto mailto getfrom
    orderedby
    durch laut bei lt gem gemäß absprachemit frag frage fragen anrufen rufe sprich abstimmungmit
    wunschvon
    par selon avec chiederea chez demandeà voiravec appeler joindre suiteà preguntara chiamare
    chiedere llamar
    vraag bel enligt fråga ring enl przez według zapytaj dzwonić podle спросить звонить
"""
_LINKING: Final = """
    from for to via of von vom mit an für über anfrage de pour según por con para da secondo con di
    per sentire
    door volgens met van av med från till od dla wg od pro dle от по для через
"""
_WORDS: Final = {
    **dict.fromkeys(_LINKING.split(), Strength.LINKING),
    **dict.fromkeys(_ASKING.split(), Strength.ASKING),
    **dict.fromkeys(_CHAIN.split(), Strength.CHAIN),
    **dict.fromkeys(_DOINGS.split(), Strength.CHAIN),
    **dict.fromkeys(_STRONG.split(), Strength.STRONG),
    **{f"{doing}by": Strength.STRONG for doing in _DOINGS.split()},
}
LABELS: Final = _WORDS
LONGEST_WORDS: Final = 4

# Labels in Han that nothing but a person follows, and those that begin a chain of cells.
_STRONG_IN_HAN: Final = """
    责任工程师 主任工程师 项目工程师 责任人 绘制人 制图人 联系人 聯絡人 联络人 收件人 收货人
    收款人 经办人 负责人 負責人 绘图员 制图员 设计师 设计者 设计人 设计员 校对人 审核人 审批人
    审定人 批准人 检验员 业务员 采购员 跟单员 工程师 客户代表 项目负责人 出差人员 经手人 签字 签名
    姓名 联系 主管 采购联系 技术联系 申请人 编制人 拟制人 变更人 修改人 作者 户名 抄送 寄件人
    发件人 操作员 操作者 程序员 编程员 质检员 检查员 班长 组长 对接人 接口人 客户经理 项目经理
    开户名 持卡人 绘图人 采购 跟单 业务 技术支持 审图 现场负责 設計者 製図者 検図者 承認者 担当者
    作成者 照査者 作図者 審査者 確認者 氏名 連絡先 改訂者 お客様 宛先 記入者 責任者 発行者 窓口
    営業担当 設計担当 申請者 検査者 问 找 请找
"""
HAN_STRONG: Final = tuple(_STRONG_IN_HAN.split())
_CHAIN_IN_HAN: Final = """
    设计 設計 制图 製圖 繪圖 绘图 描图 描校 校对 校核 复核 审核 審核 审定 审查 審查 审批 批准 核准
    工艺 标准化 会签 编制 拟制 修改 更改 检验 担当 检查 绘制 编写 核对 会审 总师 主审 主管 标检
    标审 质检 编程 加工 日期签名 製図 検図 承認 作成 照査 作図 審査 確認 改訂 設計 尺度 検査 起案
    査閲 責任 変更 校閲 写図 検認
"""
HAN_CHAIN: Final = tuple(_CHAIN_IN_HAN.split())
