"""Provinces, prefecture-level cities and county-level bodies with their GB/T 2260 codes.

The places of the given documents (焦作, 洛阳, 许昌, 晋州) are left out: a synthetic document is another city's.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

CITIES = """
130100 河北省 石家庄市;130200 河北省 唐山市;130300 河北省 秦皇岛市;130400 河北省 邯郸市;130600 河北省 保定市
130900 河北省 沧州市;131100 河北省 衡水市;140100 山西省 太原市;140200 山西省 大同市;140400 山西省 长治市
140500 山西省 晋城市;140800 山西省 运城市;141000 山西省 临汾市;320300 江苏省 徐州市;320400 江苏省 常州市
320600 江苏省 南通市;320900 江苏省 盐城市;321300 江苏省 宿迁市;340100 安徽省 合肥市;340200 安徽省 芜湖市
340500 安徽省 马鞍山市;341000 安徽省 黄山市;341600 安徽省 亳州市;370300 山东省 淄博市;370700 山东省 潍坊市
371400 山东省 德州市;371700 山东省 菏泽市;410200 河南省 开封市;410400 河南省 平顶山市;410500 河南省 安阳市
410700 河南省 新乡市;411100 河南省 漯河市;411200 河南省 三门峡市;411300 河南省 南阳市;411700 河南省 驻马店市
420500 湖北省 宜昌市;420600 湖北省 襄阳市;421000 湖北省 荆州市;421100 湖北省 黄冈市;430200 湖南省 株洲市
430400 湖南省 衡阳市;430600 湖南省 岳阳市;430700 湖南省 常德市;431300 湖南省 娄底市;440700 广东省 江门市
440800 广东省 湛江市;510500 四川省 泸州市;510700 四川省 绵阳市;511100 四川省 乐山市;511400 四川省 眉山市
511900 四川省 巴中市;530300 云南省 曲靖市;530400 云南省 玉溪市;530700 云南省 丽江市;610300 陕西省 宝鸡市
610700 陕西省 汉中市;610900 陕西省 安康市
"""
COUNTIES = """
410181 河南省 郑州市 巩义市;410581 河南省 安阳市 林州市;411282 河南省 三门峡市 灵宝市;130481 河北省 邯郸市 武安市
320583 江苏省 苏州市 昆山市;511421 四川省 眉山市 仁寿县;420581 湖北省 宜昌市 宜都市;430181 湖南省 长沙市 浏阳市
530181 云南省 昆明市 安宁市;340123 安徽省 合肥市 肥西县;140121 山西省 太原市 清徐县;610431 陕西省 咸阳市 武功县
"""


@dataclass(frozen=True)
class Place:
    code: str
    province: str
    city: str
    county: str

    @property
    def name(self) -> str:
        """How the body calls itself: the county where there is one."""
        return self.county or self.city


def all_places() -> list[Place]:
    """Every place of the two tables."""
    places = []
    for entry in (CITIES + COUNTIES).replace("\n", ";").split(";"):
        if entry:
            code, province, city, *county = entry.split()
            places.append(Place(code, province, city, county[0] if county else ""))
    return places


def pick_place(rng: random.Random, province: str = "") -> Place:
    """A city (mostly) or a county, of one province if asked."""
    choice = [place for place in all_places() if province in place.province]
    return rng.choice(choice or all_places())
