"""What stands round Chinese names, and what only looks like one.

Room: redaction/text. Pure; tables. Labels are read by ``chinese``, ``japanese`` and ``labelled``.
"""

import re
from typing import Final

from redaction.text.labels import HAN_CHAIN, HAN_STRONG

HAN: Final = "㐀-鿿"
# In an unannounced name these make it a thing: metals, shapes, parts, quantities.
THINGS: Final = frozenset(
    "钢铁铜铝锌镍钛锡铅镁板轴轮螺栓阀泵焊铸锻淬磨镀漆径距角差粗糙硬度齿键弹簧垫密封油水气压温速段"
    "面边圆孔槽盘罩体氏丝管杆架座件机器具盖腈胶料材头口片块筋壳箱柜门线缆灯表仪网布纸膜剂液粉"
    "砂钻"
    "刀锯钳锤钉铆销套环圈芯极电磁热冷矩频率量数值级型号式形样图单页版期时月年行法兰塞楔缝层厚长宽"
    "高深比例位置处区厂司部尔斯堡语族"
)
# After these, a name is one that physics remembers.
LAWS: Final = frozenset("语族国州岛数氏环管圆螺泵式定效系曲方轮锥钢法角键膜炉瓶阀")


def _spaced(words: tuple[str, ...]) -> str:
    # Title blocks letter-space their short labels: 设  计.
    return "|".join(
        f"{word[0]}[ ]{{0,4}}{word[1]}" if len(word) == 2 else word
        for word in sorted(set(words), key=lambda word: (-len(word), word))
    )


LABEL: Final = re.compile(
    rf"(?:(?P<strong>{_spaced(HAN_STRONG)})|(?P<chain>{_spaced(HAN_CHAIN)}))"
    r"(?P<gap>[ \t]{0,4}(?:[/(]?[ ]?[A-Za-z.' ]{2,20}[)]?[ ]?)?(?P<sep>[:|/=\t]|\r?\n)?[ "
    r"\t\"'(]{0,6})"
)
TITLE: Final = (
    "工程师|师傅|師傅|厂长|廠長|经理|經理|总监|老板|老闆|主任|部长|科长|课长|处长|所长|院长|组长"
    "|班长|队长|车间主任|先生|女士|小姐|老师|教授"
    "|博士|会计|采购|主管|总工|工|总|總|哥|姐"
)
TITLED: Final = re.compile(
    rf"(?P<name>(?:{'|'.join(('欧阳', '司马', '上官', '诸葛', '皇甫', '慕容'))}"
    rf"|[{HAN}])[{HAN}]{{0,2}}?)(?P<title>{TITLE})(?![程具艺序位厂业件人作具值数量量计结部])"
)
NICKNAME: Final = re.compile(
    rf"(?P<name>[小老阿][{HAN}])(?=已|确认|說|说|要求|沟通|电话|手机|微信|联系|画|改|做|提供|通知"
    r"|负责|核|审|测|看|补|发|寄|签|讲"
    r"|[,，。:!;\s]|$|那边|处|师傅)"
)
BEFORE: Final = re.compile(
    r"(?:由|请|按|找|给|和|与|跟|同|让|叫|问|经|据|从|向|对|被|替|为|及|、|联系|通知|感谢|转交|转"
    r"|交|询|咨询|抄送|告知|邀请|提醒|安排|委托|致|@"
    r"|来自|客户|同事|工程师|设计师|采购|业务|现场|人员|作者)$"
)
AFTER: Final = re.compile(
    "确认|核对|设计|沟通|讨论|提供|要求|说|负责|审核|绘制|签字|测绘|反馈|提出|修改|批准|处|那|的"
    "|联系|画|做|改|建议|校对|同意|来电|发|收|测量|检查|编制|通知"
    "|测|签|带|转|看|订|加工|拍|报|和|与|、|已|电话|手机|微信|先生|女士|同志|本人|等|于"
)
_NO_NAMES: Final = """
    日期 比例 图号 材料 数量 重量 版本 签字 阶段 标记 处数 分区 电话 手机 传真 邮箱 微信 地址 时间
    无 待定 未定 空白 同上 公差 单位 部门 公司 项目 名称 基准 参数 压力 温度 寿命 标准 要求 完成
    完毕 合格 文件 通过 意见 页次 共页 第页 平面 高度 宽度 高强 强度 高温 温升 马达 万向 方向 方形
    方头 平头 平行 平垫 连接 连杆 连续 张力 张紧 金属 金相 钟形 水平 白口 白色 黄铜 黄色 康铜 石墨
    石棉 法兰 白口 安全 安装 齐平 易切 严禁 包胶 段差 伍德 向心 管理 管路 管件 车床 车间 成品 成型
    全部 全长 明细 常温 时效 相同 应力 经过 计算 程序 程度 双头 单边 单件 有限 关键 简图 路径 毛坯
    毛刺 毛边 文丘 金刚 金刚石 尼龙 丁腈 马氏 奥氏 石英 云母 黄油 牛皮 白铁 石膏 方钢 安培 牛顿 焦耳
    毕托 罗茨 罗氏 布尔 合格 不合格 是 否 无 已审 已批 齐 済 良 可 否 合
"""
NOT_NAMES: Final = frozenset(_NO_NAMES.split())
