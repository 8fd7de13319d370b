"""Two lists with one family of five on both, its words planted; and three other people."""

from __future__ import annotations

from tests.stories.canary import PLANTED as P
from tests.stories.site import Site

MAIL = f"{P['mail']}@example.org"
HEADER = (
    "Ref,Family,Given name,Surname,Father's name,Relation,Sex,Date of birth,Passport,Phone,Email,"
    "Province,Remarks"
)
FIVE = f"""
1,F1,{P["given"]},{P["family"]},{P["father"]},head,F,1984-03-02,{P["passport"]},+93{P["phone"]},{MAIL},{P["place"]},{P["remarks"]}
2,F1,{P["given-dari"]},{P["family-dari"]},Karim,spouse,M,1980-06-30,ZQ1234567,+93705559732,,,
3,F1,Laila,{P["family"]},Omid,daughter,F,2012-06-30,,,,{P["place"]},
4,F1,Yusuf,{P["family"]},Omid,son,M,2015-02-11,,,,{P["place"]},
5,F1,Zahra,{P["family"]},Omid,daughter,F,2020-12-24,,,,{P["place"]},
"""
OTHERS = """
6,F2,Karim,Stranger,Aziz,head,M,1976-05-05,ZQ7654321,+93705550212,,,
7,F2,Nadia,Stranger,Aziz,spouse,F,1979-05-05,,,,,
8,F3,Habib,Alone,Rahim,head,M,1966-01-08,,+93705550299,,,
"""
LISTS = {"embassy": FIVE + OTHERS, "charity": FIVE}


def hand_in(site: Site) -> None:
    """Both sponsors hand in what they have, under a file's name that is somebody's."""
    for sponsor, rows in LISTS.items():
        file = site.folder / "lists" / f"{P['file-name']}-{sponsor}.csv"
        lines = [HEADER, *(f"{sponsor[0]}-{row}" for row in rows.split("\n") if row)]
        file.write_text("\n".join(lines), encoding="utf-8")
        whose = ("--sponsor", sponsor, "--list", sponsor)
        site.run("register", "import", file, *whose, "--yes")
    site.run("register", "families", "--post")
