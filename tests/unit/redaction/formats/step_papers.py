"""STEP files of our own making: nobody in them exists."""

HEADER = """\
FILE_DESCRIPTION(('Bracket for Wanda Ziegler'),'2;1');
FILE_NAME('C:\\\\Users\\\\wziegler\\\\Desktop\\\\bracket.stp','2024-05-06T07:08:09+02:00',
  ('Wanda Ziegler','w.ziegler@ziegler-guss.de'),('Ziegler Guss KG'),
  'Sketcher 9','Modeller 4','W. Ziegler');
FILE_SCHEMA(('AUTOMOTIVE_DESIGN { 1 0 10303 214 1 1 1 1 }'));
"""
CLEAN_HEADER = """\
FILE_DESCRIPTION((''),'2;1');
FILE_NAME('part','1970-01-01T00:00:00',
  ('',''),(''),
  '','','');
FILE_SCHEMA(('AUTOMOTIVE_DESIGN { 1 0 10303 214 1 1 1 1 }'));
"""
GEOMETRY = """\
#1=CARTESIAN_POINT('NONE',(0.E0,-1.5,2.));
#2 = DIRECTION ( '', ( 0., 0., 1. ) ) ;
#3=(LENGTH_UNIT()NAMED_UNIT(*)SI_UNIT(.MILLI.,.METRE.));
#4=PRODUCT('bracket','Bracket 40x20','',(#5));
"""


def paper(data: str = "", header: str = HEADER, geometry: str = GEOMETRY) -> bytes:
    """Return an exchange structure with ``data`` behind some geometry."""
    return (
        f"ISO-10303-21;\nHEADER;\n{header}ENDSEC;\nDATA;\n{geometry}{data}ENDSEC;\n"
        "END-ISO-10303-21;\n"
    ).encode()


def clean_paper(data: str = "", header: str = CLEAN_HEADER, geometry: str = GEOMETRY) -> bytes:
    """Return what ``paper`` is to become."""
    return paper(data, header, geometry)
