"""
Cues: the small closed lists of words that the rules of classification turn on.

Longer lists, which a person may want to add to, are data files of the gazetteer.
"""

from __future__ import annotations

import re

#: Ends the text before a word that a sentence, a line or a quotation opens with.
SENTENCE_BEFORE = re.compile(r"(?:\A|[.!?:\n\"“‘(])\s*\Z")

#: Forms of address, which a person's name follows and nothing else.
ADDRESS = frozenset(
    """
    mr mrs ms miss mx messrs dr prof sir dame mullah mawlawi maulvi sheikh ayatollah
    gen col maj lt sgt capt cpl adm brig sen rep gov rev
    """.split()
)
#: Words inside titles: "Chief Financial Officer", "Managing Director".
ROLES = frozenset(
    """
    Executive Financial Operating Operations Managing Acting Technology Information
    Marketing Investment Legal Medical Scientific Commercial Creative Strategy Senior
    Interim Associate Joint Non-Executive Assistant
    """.split()
)
#: What follows a person's name and tells another one of the family.
SUFFIXES = frozenset("Jr Sr II III IV".split())
#: Words that a name of a company ends with, and that name nothing on their own.
COMPANY_FORMS = frozenset(
    """
    Co Cos Company Corp Corporation Inc Incorporated Ltd Limited Plc PLC plc LLC LLP AG
    NV SA Sons Bros Partners Associates
    """.split()
)
#: What companies do, as two of them are joined in names: "Light and Power Co".
BUSINESSES = frozenset(
    """
    Accident Aluminum Banking Brewing Casualty Chemical Chemicals Coal Dock Electric
    Electricity Engineering Export Finance Fire Forest Gas General Guaranty Heat Import
    Iron Land Light Lighting Livestock Loan Lumber Manufacturing Marine Mining Mortgage
    Navigation Oil Packing Paper Petroleum Pharmaceutical Power Railway Refining Savings
    Seed Shipbuilding Shipping Smelting Steam Steel Storage Sugar Surety Telegraph
    Telephone Tobacco Trade Trading Transport Transportation Trust Water
    """.split()
)
#: Wares that are no part of their maker's name: "the Zentrix Watch".
PRODUCTS = frozenset("Watch Watches Store Stores Phone Phones Car Cars".split())
#: Words before names that are given to storms.
STORMS = frozenset("Hurricane Typhoon Cyclone Storm".split())
#: Titles in companies and clubs, which the name of one stands before.
COMPANY_TITLES = frozenset(
    """
    chairman chairwoman chairperson chair chief director manager ceo cfo coo cto
    founder co-founder cofounder executive coach captain striker midfielder defender
    goalkeeper winger forward skipper analyst spokesman spokeswoman spokesperson editor
    correspondent
    """.split()
)
#: Titles that the name of a place stands before.
PLACE_TITLES = frozenset("mayor governor sheriff mla".split())
#: What offices are about: "Minister of Foreign Affairs", "Secretary of State".
SUBJECTS = frozenset(
    """
    state finance foreign affairs interior health education defence defense justice
    trade industry labour labor agriculture energy environment transport information
    culture tourism sport sports youth women gender planning economy economic commerce
    communications communication water works public housing lands land mines mining
    petroleum social welfare development local government home security national
    science technology religious tribal border rural urban higher international
    relations staff operations exchequer police army mission party opposition
    """.split()
)
#: Organisations that need no name of their own.
STANDALONE = frozenset({"Parliament", "Supreme Court", "High Court", "Senate"})
#: Heads that no name is built on: "the Government of Ghana", "the Kishida Cabinet".
GENERIC_HEADS = frozenset(
    "Government Parliament Office Cabinet United Team Administration".split()
)
#: Heads of places that are one name with what follows "of".
PLACE_HEADS = frozenset(
    """
    Gulf Bay Strait Straits Sea Isle Cape Republic Kingdom Emirate Sultanate Horn
    Mount Lake Port Rock Duchy Riding Valley
    """.split()
)
#: Heads of places before whose "of" there is only the kind: "the City of Herat".
PLACE_KINDS = frozenset(
    """
    Province City District State Town Village County Region Governorate Municipality
    Island Principality Prefecture Territory Commonwealth
    """.split()
)
#: Kinds that do not belong to the canonical name: "Helmand Province" is Helmand.
DROPPED_KINDS = frozenset({"Province", "State", "Governorate"})
DIRECTIONS = frozenset(
    """
    North South East West Northern Southern Eastern Western Central Upper Lower Greater
    Inner Outer Northeast Northwest Southeast Southwest Northeastern Northwestern
    Southeastern Southwestern New
    """.split()
)
#: Numbers of monarchs and popes, and of sons.
NUMERALS = frozenset("II III IV VI VII VIII IX XI XII XIII XIV XV XVI Jr Sr".split())
#: Words that are no names, but open names of organisations: "First National Bank".
ORG_OPENERS = NUMERALS | frozenset(
    """
    World First Second Third Great Cold Earth Sun Moon Olympic Roman Royal Virgin Holy
    Internet Euro Sterling Mass Grand Global
    """.split()
)
#: Small words that surnames begin with.
PARTICLES = frozenset(
    "al bin da de del den der di dos du el ibn la le ten ter van von".split()
)
#: Head words that are surnames as well.
SURNAMES = frozenset(
    """
    Banks Bond Case Castle Church Court Dam Day Fields Fort Hill Hills Holding Lake Lane
    Law Masters Page Park Post Power Rivers Race Rose Song Story Summit Towers Town
    Woods
    """.split()
)
#: Second words of adjectives of nationality.
SECOND_HALVES = frozenset(
    """
    Rican Ricans Yorker Yorkers Lankan Lankans Leonean Leoneans Zealander Zealanders
    Salvadoran Verdean Salvadorans Leonian Islander Islanders
    """.split()
)
#: Organisations that a number tells apart: "82nd Airborne Division".
UNITS = frozenset(
    """
    Division Brigade Regiment Battalion Fleet Corps Army Squadron Infantry Cavalry Wing
    Congress Group Artillery Airborne
    """.split()
)
#: Whose councils and parties there are: "the Women's Council".
GROUPS = frozenset(
    """
    People Women Men Children Workers King Queen Students Teachers Farmers Nurses
    Players Girls Boys Youth Lawyers Writers Journalists Doctors Peoples Prime
    """.split()
)

#: Prepositions that a place follows.
PLACE_BEFORE = frozenset(
    "in near at across outside inside around throughout from".split()
)
#: Nouns before the name of a place: "the city of Herat", "north of Kabul".
PLACE_KIND_BEFORE = frozenset(
    """
    city town village district province capital region north south east west island
    suburb port neighbourhood neighborhood state county municipality outskirts coast
    """.split()
)
#: Nouns after the name of a place: "Khost province".
PLACE_AFTER = frozenset(
    """
    province district city village town region county state island river valley airport
    border peninsula municipality suburb neighbourhood neighborhood
    """.split()
)
#: Words after a person: what people do, and no country or company.
PERSON_AFTER = frozenset(
    """
    said says told added who argued noted explained whose insisted recalled tweeted
    wrote thinks believes replied laughed smiled joked admitted revealed pointed
    stressed emphasised emphasized underlined testified himself herself lamented
    """.split()
)
#: Nouns after an organisation: "the Vox party", "Zentrix shareholders".
ORG_AFTER = frozenset(
    """
    group party movement network company militants fighters newspaper channel airline
    spokesman spokeswoman spokesperson chairman ceo shareholders insurgents bank
    magazine website agency employees rebels analyst analysts economist economists
    strategist shares stock subsidiary
    """.split()
)
#: Nouns in lower case that stand before an organisation: "the carmaker Zentrix".
ORG_BEFORE = frozenset(
    """
    band group label company firm carrier airline airlines broadcaster carmaker
    automaker chipmaker drugmaker maker manufacturer retailer insurer lender brokerage
    developer startup start-up conglomerate subsidiary unit operator publisher newspaper
    magazine daily weekly tabloid agency watchdog regulator charity nonprofit think-tank
    thinktank union club side team giant utility miner steelmaker brewer supermarket
    website platform network channel bank fund consultancy party faction militia
    """.split()
)
#: Nouns in lower case that stand before a person: "his brother", "the striker".
RELATIVES = frozenset(
    """
    wife husband son daughter brother sister father mother uncle nephew cousin widow
    colleague friend spokesman spokeswoman actor actress singer author writer lawyer
    striker midfielder defender goalkeeper coach captain leader minister president
    senator governor mayor judge analyst activist journalist director manager
    player driver rider pilot attorney lawmaker legislator official researcher professor
    scientist economist strategist trader teammate compatriot champion pitcher golfer
    quarterback boxer swimmer sprinter cyclist runner teacher student farmer doctor
    suspect defendant candidate officer commander general chairman chairwoman premier
    winger skipper forward batsman bowler comedian rapper novelist poet painter composer
    boyfriend girlfriend fiancee husband-to-be stepfather stepmother grandson
    granddaughter grandfather grandmother opponent veteran wrestler wrestlers
    quarterbacks frontman bassist guitarist drummer vocalist presenter broadcaster
    midwife nurse surgeon physicist chemist biologist historian sociologist
    psychologist astronaut astronomer archaeologist mathematician inventor playwright
    screenwriter filmmaker cinematographer choreographer dancer ballerina violinist
    pianist cellist soprano tenor baritone sculptor photographer cartoonist
    illustrator designer stylist chef restaurateur hotelier tycoon billionaire
    businessman businesswoman entrepreneur philanthropist socialite heiress aide
    deputy prosecutor solicitor barrister magistrate constable sheriff detective
    firefighter paramedic schoolteacher pastor vicar bishop archbishop rabbi imam
    regulator stepmother stepson stepdaughter stepbrother stepsister sister-in-law
    brother-in-law son-in-law daughter-in-law father-in-law mother-in-law ex-husband
    ex-wife ex-boyfriend ex-girlfriend fiance fiancé fiancée superstar supermodel model
    starlet co-star rapper blogger vlogger youtuber columnist novelist biographer
    """.split()
)
#: Heads of organisations whose "of" a list of subjects follows.
SUBJECT_HEADS = frozenset(
    """
    Ministry Ministries Department Faculty School Institute University College Centre
    Center Commission Committee Authority Agency Council Bureau Directorate Office
    Chamber Academy Secretariat Board Association Federation
    """.split()
)
#: Heads inside organisations after which "of" goes on.
HEADS_IN_ORGS = frozenset(
    """
    Trade Commerce Chambers Society Engineering Industry Sciences Studies Council
    Faculty Department School Institute Institutes College Bureau Office Commission
    """.split()
)
